import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import t from 'tap'
import { eventually } from '../../support/eventually.js'
import { get } from '../../support/http.js'
import { startRedis } from '../../support/redis-server.js'
import { answersJson, openStage, shapeOf, type Stage } from './stage.js'

const CALLER = 'c'.repeat(16)

/** Different for each number. */
const traceOf = (number: number): string => String(number).padStart(32, 'a')

const headOf = (number: number, line: string, ...fields: readonly string[]): string =>
  [
    `${line} HTTP/1.1`,
    'Host: localhost',
    `traceparent: 00-${traceOf(number)}-${CALLER}-01`,
    ...fields,
    '',
    ''
  ].join('\r\n')

/** Sends it all on one connection, in one packet, and resolves when the spans of each trace are there. */
const pipelined = async (
  stage: Stage,
  door: string,
  requests: readonly string[],
  counts: readonly number[]
) => {
  const { hostname, port } = new URL(door)
  const socket = connect(Number(port), hostname)
  socket.resume().write(requests.join(''))
  const shapes = await Promise.all(
    counts.map(async (count, number) =>
      shapeOf(await stage.collector.spansOf(traceOf(number), count), CALLER)
    )
  )
  socket.destroy()
  return shapes
}

t.test('requests of one connection have each its own spans, also behind one with a body', async (t) => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const stage = await openStage(t, {
    ...{ CACHE_STORE: 'redis', REDIS_URL: redis.url },
    REDIS_COMMAND_TIMEOUT_MS: '5000'
  })
  await eventually(async () => (await fetch(`${stage.sidecar.ops}/ready`)).ok)
  const stored = 'client EVALSHA, client GET 200, client MGET'
  t.strictSame(
    await pipelined(
      stage,
      stage.sidecar.proxy,
      [
        headOf(0, 'GET /things/1'),
        headOf(1, 'PUT /things/2', 'Remote-User: a', 'Content-Length: 2') + '{}',
        headOf(2, 'GET /things/1'),
        headOf(3, 'GET /things/3'),
        headOf(4, 'GET /other')
      ],
      [4, 3, 2, 4, 2]
    ),
    [
      `server GET /things/{id} miss 200 > (${stored})`,
      'server PUT /things/{id} write 200 cache.invalidated > (client EVALSHA, client PUT 200)',
      'server GET /things/{id} hit 200 > (client MGET)',
      `server GET /things/{id} miss 200 > (${stored})`,
      'server GET bypass 200 > (client GET 200)'
    ]
  )
})

t.test('and so have those of the control door', async (t) => {
  const stage = await openStage(t)
  const json = 'Content-Type: application/json'
  t.strictSame(
    await pipelined(
      stage,
      stage.sidecar.control,
      [
        headOf(0, 'PUT /v1/entries/a', 'Content-Length: 1') + 'x',
        headOf(1, 'GET /v1/entries/a'),
        headOf(2, 'POST /v1/invalidations', json, 'Content-Length: 14') + '{"keys":["a"]}',
        headOf(3, 'GET /v1/entries/a')
      ],
      [2, 2, 2, 2]
    ),
    [
      'server PUT /v1/entries/:key 204 > (internal commit)',
      'server GET /v1/entries/:key 200 > (internal read)',
      'server POST /v1/invalidations 200 cache.invalidated > (internal invalidate)',
      'server GET /v1/entries/:key 404 > (internal read)'
    ]
  )
})

t.test('many at once over few connections to the backend have each its own spans', async (t) => {
  const stage = await openStage(t, { ORIGIN_MAX_CONNECTIONS: '2' })
  stage.handler = (asked, response) => void setTimeout(() => answersJson(asked, response), 5)
  const traces = await Promise.all(
    Array.from({ length: 40 }, (_, number) =>
      stage.trace(`/things/${number}`, { headers: { 'remote-user': `${number}` } })
    )
  )
  for (const { traceId, callerSpanId } of traces)
    t.equal(
      shapeOf(await stage.collector.spansOf(traceId, 4), callerSpanId),
      'server GET /things/{id} miss 200 > (client GET 200, internal commit, internal read)'
    )
})

t.test(
  'what breaks off on a connection that an earlier request has opened is told of the later one',
  async (t) => {
    const stage = await openStage(t, { ORIGIN_MAX_CONNECTIONS: '1' })
    await stage.trace('/other')
    stage.handler = (_asked, response) => {
      response.writeHead(200, { 'content-length': '10' }).write('12345')
      setTimeout(() => response.destroy(), 50)
    }
    const traceparent = `00-${traceOf(0)}-${CALLER}-01`
    await t.rejects(get(`${stage.sidecar.proxy}/other`, { headers: { traceparent } }))
    t.equal(new Set(stage.asked.map(({ socket }) => socket)).size, 1)
    t.equal(
      shapeOf(await stage.collector.spansOf(traceOf(0), 2), CALLER),
      'server GET bypass 200 broken_off cache.origin_broke_off > (client GET 200 broken_off)'
    )
  }
)

t.test('a caller who goes away ends the span of his request', async (t) => {
  const stage = await openStage(t)
  stage.handler = (_asked, response) => {
    response.writeHead(200, { 'content-length': '10' }).write('12345')
  }
  const traceparent = `00-${traceOf(0)}-${CALLER}-01`
  const asked = request(`${stage.sidecar.proxy}/other`, { headers: { traceparent } })
  asked.on('error', () => undefined).end()
  await once(asked, 'response')
  asked.destroy()
  t.match(
    shapeOf(await stage.collector.spansOf(traceOf(0), 2), CALLER),
    /^server GET bypass 200 broken_off > \(client GET 200/
  )
})

t.test('and before anybody has told its row, too', async (t) => {
  const stage = await openStage(t)
  stage.handler = () => undefined
  const traceparent = `00-${traceOf(0)}-${CALLER}-01`
  const asked = request(`${stage.sidecar.proxy}/things/1`, { headers: { traceparent } })
  asked.on('error', () => undefined).end()
  await eventually(() => stage.asked.length === 1)
  asked.destroy()
  const shape = shapeOf(await stage.collector.spansOf(traceOf(0), 3), CALLER)
  t.equal(shape, 'server GET broken_off > (client GET cancelled, internal read)')
})

t.test('a trace of a later version is continued, and what is no trace begins one', async (t) => {
  const stage = await openStage(t)
  const trace = 'd'.repeat(32)
  const answers: readonly (readonly [string, boolean])[] = [
    [`00-${trace}-${CALLER}-01`, true],
    [`cc-${trace}-${CALLER}-01-what-the-future-adds`, true],
    [`00-${trace}-${CALLER}-01-more`, false],
    [`ff-${trace}-${CALLER}-01`, false],
    [`00-${'0'.repeat(32)}-${CALLER}-01`, false],
    [`00-${trace}-${'0'.repeat(16)}-01`, false],
    [`00-${trace.toUpperCase()}-${CALLER}-01`, false],
    [`00-${trace}-${CALLER}-01, 00-${trace}-${CALLER}-01`, false],
    ['', false]
  ]
  for (const [number, [traceparent, isContinued]] of answers.entries()) {
    await fetch(`${stage.sidecar.proxy}/things/${number}`, { headers: { traceparent } })
    const sent = stage.asked[number]?.headers['traceparent'] ?? ''
    t.match(sent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/, traceparent)
    t.equal(sent.includes(trace), isContinued, traceparent)
  }
})
