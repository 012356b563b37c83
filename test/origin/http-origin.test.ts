import { Readable } from 'node:stream'
import t from 'tap'
import { CancelSource, CancelledError } from '../../src/concurrency/cancellation.js'
import { eventually } from '../support/eventually.js'
import { OriginError } from '../../src/cache/errors.js'
import { bytesOf, startHttpOrigin } from './start-origin.js'

t.test('a request goes out as it is, but for what belongs to the connection before', async (t) => {
  const { fetch } = await startHttpOrigin(t, (request, response) => {
    response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.rawHeaders }))
  })
  const headers = ['Host', 'spms.example', 'x-A', '1', 'X-a', 'caf\u00e9', 'Cookie', 'a=1', 'Cookie', 'b=2']
  const dropped = [
    'Connection',
    'close, x-gone',
    'X-Gone',
    '1',
    'Expect',
    '100-continue',
    'Upgrade',
    'h2c',
    'Keep-Alive',
    '1'
  ]
  const answer = await fetch({
    method: 'PROPFIND',
    target: '/%zz?a=%zz',
    headers: [...headers, ...dropped]
  })
  const seen = JSON.parse((await bytesOf(answer.body)).toString()) as {
    method: string
    url: string
    headers: string[]
  }
  t.match(seen, { method: 'PROPFIND', url: '/%zz?a=%zz' })
  t.same(
    seen.headers
      .map((text) => text.replace(/^host$/i, 'Host'))
      .slice(0, headers.length + 2)
      .filter((text) => text !== 'connection' && text !== 'keep-alive'),
    headers
  )
})

t.test('headers that entries are kept by are not taken away', async (t) => {
  const { fetch } = await startHttpOrigin(
    t,
    (request, response) => response.end(String(request.headers['remote-user'])),
    {
      protectedHeaders: ['remote-user']
    }
  )
  const answer = await fetch({ headers: ['Connection', 'Remote-User', 'Remote-User', 'bo'] })
  t.equal((await bytesOf(answer.body)).toString(), 'bo')
})

t.test('an answer comes back with its repetitions, its spelling and its bytes', async (t) => {
  const { fetch } = await startHttpOrigin(t, (_, response) => {
    response.sendDate = false
    response.writeHead(201, 'Made It', [
      'Set-Cookie',
      'a=1',
      'Set-Cookie',
      'b=2',
      'x-Name',
      'caf\u00e9',
      'Content-Length',
      '2'
    ])
    response.end(Buffer.from('ok'))
  })
  const answer = await fetch()
  t.match(answer, { status: 201, statusText: 'Made It' })
  t.same(answer.headers, [
    'Set-Cookie',
    'a=1',
    'Set-Cookie',
    'b=2',
    'x-Name',
    'caf\u00e9',
    'Content-Length',
    '2',
    'Via',
    '1.1 spms'
  ])
  t.equal((await bytesOf(answer.body)).toString(), 'ok')
})

t.test('trailers are there once the body has ended', async (t) => {
  const { fetch } = await startHttpOrigin(t, (_, response) => {
    response.writeHead(200, { trailer: 'x-sum' })
    response.write('ok')
    response.addTrailers({ 'x-sum': '42' })
    response.end()
  })
  const answer = await fetch()
  await bytesOf(answer.body)
  t.same(answer.trailers, { 'x-sum': '42' })
})

t.test('interim answers are told as they come', async (t) => {
  const { fetch } = await startHttpOrigin(t, (_, response) => {
    response.writeProcessing()
    response.writeEarlyHints({ link: ['</a.css>; rel=preload', '</b.js>; rel=preload'] }, () =>
      response.end('ok')
    )
  })
  const interim: [number, readonly string[]][] = []
  const answer = await fetch({ onInterim: (status, headers) => interim.push([status, headers]) })
  t.equal((await bytesOf(answer.body)).toString(), 'ok')
  t.same(
    interim.map(([status]) => status),
    [102, 103]
  )
  t.match(interim[1]?.[1].join(' '), /<\/a.css>; rel=preload.*<\/b.js>/)
})

t.test('a body is sent as a stream', async (t) => {
  const { fetch } = await startHttpOrigin(t, (request, response) => void request.pipe(response))
  const body = Readable.from([Buffer.from('one '), Buffer.from('two')])
  const answer = await fetch({ method: 'POST', body })
  t.equal((await bytesOf(answer.body)).toString(), 'one two')
})

t.test('an origin that does not answer in time is a time-out', async (t) => {
  const { fetch, told } = await startHttpOrigin(t, () => undefined, { timeoutMs: 50 })
  await t.rejects(fetch(), new OriginError('timeout'))
  await t.rejects(
    fetch({ method: 'POST', body: Readable.from([Buffer.from('x')]) }),
    new OriginError('timeout')
  )
  t.match(told.originAsked, [
    { resource: 'row', status: 0 },
    { resource: 'row', status: 0 }
  ])
})

t.test('a body that stops is broken off after the same time', async (t) => {
  const { fetch } = await startHttpOrigin(t, (_, response) => void response.write('half'), { timeoutMs: 50 })
  const answer = await fetch()
  t.equal(answer.status, 200)
  await t.rejects(bytesOf(answer.body), { code: 'UND_ERR_BODY_TIMEOUT' })
})

t.test('nobody there is unreachable', async (t) => {
  const { fetch } = await startHttpOrigin(t, () => undefined, { url: 'http://127.0.0.1:1' })
  await t.rejects(fetch(), new OriginError('unreachable'))
})

t.test(
  'a request whose caller has left fails with the caller’s reason and is no failure of the origin',
  async (t) => {
    let closed = 0
    const { fetch, told } = await startHttpOrigin(t, (request) => void request.once('close', () => closed++))
    const cancel = new CancelSource()
    const asking = fetch({ cancel })
    setTimeout(() => cancel.cancel(), 20)
    await t.rejects(asking, CancelledError)
    await eventually(() => closed === 1)
    t.same(told.originAsked, [])
  }
)

t.test('whoever watches is told of each request', async (t) => {
  const { fetch, told } = await startHttpOrigin(t, (_, response) => response.writeHead(404).end())
  await bytesOf((await fetch({ resource: 'user_profile' })).body)
  t.match(told.originAsked, [{ resource: 'user_profile', status: 404, durationMs: Number }])
})

t.test('more requests than may wait are refused at once, and let in when there is room', async (t) => {
  const waiting: (() => void)[] = []
  const handler = (_: unknown, response: { end(text: string): void }) =>
    void waiting.push(() => response.end('ok'))
  const { fetch, told } = await startHttpOrigin(t, handler, { maxConnections: 1, maxQueue: 1 })
  const first = fetch()
  const second = fetch()
  await t.rejects(fetch(), new OriginError('overloaded'))
  t.match(told.originAsked, [{ resource: 'row', status: 0, error: { kind: 'overloaded' } }])
  t.match(told.originFailed, [{ resource: 'row', error: { kind: 'overloaded' } }], 'which is an outage, too')
  await eventually(() => waiting.length === 1)
  waiting[0]?.()
  await bytesOf((await first).body)
  const third = fetch()
  await eventually(() => waiting.length === 2)
  waiting[1]?.()
  await bytesOf((await second).body)
  await eventually(() => waiting.length === 3)
  waiting[2]?.()
  await bytesOf((await third).body)
})

t.test('an answer that is thrown away makes room too, and so does a failure', async (t) => {
  const { fetch } = await startHttpOrigin(
    t,
    ({ url }, response) => {
      if (url === '/reset') response.destroy()
      else response.write('a stream without end')
    },
    { maxConnections: 1, maxQueue: 0 }
  )
  for (let n = 0; n < 3; n++) {
    const { body } = await fetch()
    body.destroy()
    await new Promise((resolve) => body.once('close', resolve))
    await t.rejects(fetch({ target: '/reset' }), new OriginError('unreachable'))
  }
})
