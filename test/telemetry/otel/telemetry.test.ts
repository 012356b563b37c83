import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { eventually } from '../../support/eventually.js'
import { get, http } from '../../support/http.js'
import { startRedis } from '../../support/redis-server.js'
import { answersJson, openStage, shapeOf, type Stage, type TracedOptions } from './stage.js'

/** The spans of one request below its caller's, when there are so many. */
const shape = async (stage: Stage, count: number, path: string, options?: TracedOptions): Promise<string> => {
  const { traceId, callerSpanId } = await stage.trace(path, options)
  return shapeOf(await stage.collector.spansOf(traceId, count), callerSpanId)
}

const JSON_TYPE = { 'content-type': 'application/json' }

t.test(
  'a request is a span below its caller’s, and what it asks of the store and the origin are its children',
  async (t) => {
    const redis = await startRedis()
    t.teardown(() => redis.stop())
    const stage = await openStage(t, {
      ...{ CACHE_STORE: 'redis', REDIS_URL: redis.url },
      REDIS_COMMAND_TIMEOUT_MS: '5000'
    })
    const { sidecar } = stage
    const isStoreUp = async () => (await get(`${sidecar.ops}/ready`)).text().includes('"up"')
    await eventually(isStoreUp)

    const stored = 'client EVALSHA, client GET 200, client MGET'
    t.equal(await shape(stage, 4, '/things/1'), `server GET /things/{id} miss 200 > (${stored})`)
    t.equal(await shape(stage, 2, '/things/1'), 'server GET /things/{id} hit 200 > (client MGET)')
    t.equal(await shape(stage, 2, '/other?token=secret'), 'server GET bypass 200 > (client GET 200)')
    t.equal(
      await shape(stage, 3, '/things/1', { method: 'PUT', headers: { 'remote-user': 'a' }, body: '' }),
      'server PUT /things/{id} write 200 cache.invalidated > (client EVALSHA, client PUT 200)'
    )

    await stage.trace('/brief/1')
    await delay(1100)
    t.equal(
      await shape(stage, 4, '/brief/1'),
      `server GET /brief/{id} stale 200 > (${stored})`,
      'a refresh in the background belongs to the request that has begun it'
    )

    await stage.trace('/checked/1')
    await delay(1100)
    stage.handler = (_request, response) => response.writeHead(304, { etag: '"1"' }).end()
    t.equal(
      await shape(stage, 4, '/checked/1'),
      `server GET /checked/{id} miss 200 > (${stored.replace('200', '304')})`
    )

    await delay(1100)
    stage.handler = (_request, response) => response.writeHead(503).end()
    t.equal(
      await shape(stage, 3, '/checked/1'),
      'server GET /checked/{id} stale 200 > (client GET 503 503, client MGET)',
      'the origin fails, and its caller does not'
    )
    stage.handler = (request) => request.socket.destroy()
    t.equal(
      await shape(stage, 3, '/things/2'),
      'server GET /things/{id} failed 502 502 > (client GET unreachable, client MGET)'
    )
    stage.handler = answersJson

    const door = sidecar.control
    t.equal(
      await shape(stage, 2, '/v1/entries/a', { door, method: 'PUT', body: 'x' }),
      'server PUT /v1/entries/:key 204 > (client EVALSHA)'
    )
    t.equal(
      await shape(stage, 2, '/v1/entries/a', { door }),
      'server GET /v1/entries/:key 200 > (client MGET)'
    )
    t.equal(
      await shape(stage, 2, '/v1/invalidations', {
        door,
        method: 'POST',
        headers: JSON_TYPE,
        body: '{"keys":["a"]}'
      }),
      'server POST /v1/invalidations 200 cache.invalidated > (client EVALSHA)'
    )

    await redis.kill()
    await eventually(async () => !(await isStoreUp()))
    t.equal(
      await shape(stage, 3, '/things/3'),
      'server GET /things/{id} store-unavailable 200 > (client GET 200, client MGET down)'
    )
  }
)

t.test('of requests that share a fetch, the one that leads it has the span of the origin', async (t) => {
  const stage = await openStage(t)
  let answer = (): void => undefined
  stage.handler = (request, response) => {
    answer = () => answersJson(request, response)
  }
  const led = stage.trace('/things/1')
  await eventually(() => stage.asked.length === 1)
  const [joinedTrace, joinedSpan] = ['e'.repeat(32), 'f'.repeat(16)]
  const traceparent = `00-${joinedTrace}-${joinedSpan}-01`
  const joined = get(`${stage.sidecar.proxy}/things/1`, { headers: { traceparent } })
  await stage.collector.spansOf(joinedTrace, 1)
  answer()
  await joined
  const { traceId, callerSpanId } = await led
  const shapes = [
    shapeOf(await stage.collector.spansOf(traceId, 4), callerSpanId),
    shapeOf(await stage.collector.spansOf(joinedTrace, 2), joinedSpan)
  ]
  t.strictSame(shapes, [
    'server GET /things/{id} miss 200 > (client GET 200, internal commit, internal read)',
    'server GET /things/{id} collapsed 200 > (internal read)'
  ])
})

t.test('a fill that the fence refuses is an event of its commit', async (t) => {
  const stage = await openStage(t)
  stage.handler = (request, response) => {
    void http(`${stage.sidecar.control}/v1/invalidations`, {
      method: 'POST',
      headers: JSON_TYPE,
      body: '{"tags":["thing:1"]}'
    }).then(() => answersJson(request, response))
  }
  const { traceId } = await stage.trace('/things/1')
  const spans = await stage.collector.spansOf(traceId, 4)
  t.match(
    spans.find(({ name }) => name === 'commit'),
    { events: [{ name: 'cache.fill_refused', attributes: { 'cache.refused': 1 } }] }
  )
  t.match(
    spans.find(({ kind }) => kind === 'server'),
    { attributes: { 'cache.outcome': 'miss', 'cache.resource': 'thing', 'cache.unstored': 'invalidated' } }
  )
})

t.test('the backend goes on with the trace below the span of the request to it', async (t) => {
  const stage = await openStage(t)
  const headers = { tracestate: 'vendor=1', baggage: 'a=b' }
  const { traceId, callerSpanId } = await stage.trace('/things/1', { headers })
  const spans = await stage.collector.spansOf(traceId, 4)
  const asked = spans.find(({ kind }) => kind === 'client')
  t.match(stage.asked[0]?.headers, { ...headers, traceparent: `00-${traceId}-${asked?.spanId ?? ''}-01` })
  t.equal(asked?.parentSpanId, spans.find(({ kind }) => kind === 'server')?.spanId)
  t.not(asked?.spanId, callerSpanId)
  t.equal(asked?.traceState, 'vendor=1')
})

t.test(
  'a caller who does not record his trace is followed: nothing is sent, and the backend is told so',
  async (t) => {
    const stage = await openStage(t)
    const quiet = await stage.trace('/things/1', { flags: '00' })
    t.match(stage.asked[0]?.headers['traceparent'], new RegExp(`^00-${quiet.traceId}-[0-9a-f]{16}-00$`))
    const loud = await stage.trace('/things/1')
    await stage.collector.spansOf(loud.traceId, 2)
    await delay(100)
    t.notOk(stage.collector.spans.some(({ traceId }) => traceId === quiet.traceId))
  }
)

t.test(
  'without a trace of the caller, or with one that is malformed, the sampler decides about a new one',
  async (t) => {
    for (const [sampler, flags] of [
      ['always_on', '01'],
      ['always_off', '00']
    ] as const) {
      const stage = await openStage(t, { OTEL_TRACES_SAMPLER: `parentbased_${sampler}` })
      await get(`${stage.sidecar.proxy}/things/1`)
      await get(`${stage.sidecar.proxy}/things/2`, {
        headers: { traceparent: '00-1-2-01', tracestate: 'a=1' }
      })
      for (const { headers } of stage.asked) {
        t.match(headers['traceparent'], new RegExp(`^00-[0-9a-f]{32}-[0-9a-f]{16}-${flags}$`), sampler)
        t.equal(headers['tracestate'], undefined, 'it belonged to what was malformed')
      }
      t.equal(stage.asked.length, 2)
    }
  }
)

t.test('a share of the traces is recorded', async (t) => {
  const stage = await openStage(t, {
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.2'
  })
  for (let number = 0; number < 300; number++) await get(`${stage.sidecar.proxy}/things/1`)
  await stage.sidecar.stop()
  const servers = stage.collector.spans.filter(({ kind }) => kind === 'server')
  // Five standard deviations.
  t.ok(servers.length > 25 && servers.length < 95, `${servers.length} of 300`)
})

t.test('an answer that breaks off ends its spans', async (t) => {
  const stage = await openStage(t)
  stage.handler = (_request, response) => {
    response.writeHead(200, { 'content-length': '10' }).write('12345')
    setTimeout(() => response.destroy(), 50)
  }
  const path = '/other'
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
  await t.rejects(http(stage.sidecar.proxy + path, { headers: { traceparent } }))
  t.equal(
    shapeOf(await stage.collector.spansOf('a'.repeat(32), 2), 'b'.repeat(16)),
    'server GET bypass 200 broken_off cache.origin_broke_off > (client GET 200 broken_off)'
  )
})

t.test('nothing that goes to the collector tells who is calling, or holds a secret', async (t) => {
  const stage = await openStage(t, { OTEL_METRIC_EXPORT_INTERVAL: '3600000' })
  stage.handler = (_request, response) => {
    response
      .writeHead(200, { 'content-type': 'application/json', 'set-cookie': 'id=SECRET7' })
      .end('"SECRET8"')
  }
  const headers = {
    'remote-user': 'SECRET1',
    cookie: 'sessionid=SECRET2',
    authorization: 'Bearer SECRET3',
    'user-agent': 'SECRET4'
  }
  for (const path of ['/things/5?token=SECRET5', '/reset/SECRET6/', '/things/5'])
    await stage.trace(path, { headers })
  await stage.trace('/things/5', { method: 'PUT', headers, body: '"SECRET9"' })
  const door = stage.sidecar.control
  await stage.trace('/v1/entries/SECRET10', { door, method: 'PUT', body: 'SECRET11' })
  await stage.trace('/v1/entries/SECRET10', { door })
  await stage.sidecar.stop()
  const { spans, metrics, requests } = stage.collector
  t.ok(spans.length >= 12 && metrics.length > 30)
  t.notMatch(JSON.stringify([spans, metrics, requests.map(({ headers: sent }) => sent)]), /SECRET/)
})
