import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { failure, relayed } from '../../../src/cache/answer.js'
import { OriginError } from '../../../src/cache/errors.js'
import { CancelledError } from '../../../src/concurrency/cancellation.js'
import { sendAnswer } from '../../../src/doors/proxy/send.js'
import { ProblemError, sendProblemTo } from '../../../src/doors/problem.js'
import { entry, originAnswer } from '../../cache/fixtures.js'
import { get, type HttpAnswer } from '../../support/http.js'

/** What a caller receives of what is sent. */
const received = async (t: Test, send: (response: ServerResponse) => unknown): Promise<HttpAnswer> => {
  const server = createServer((_, response) => void send(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return get(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
}

const STORED = entry({
  headers: ['Content-Type', 'application/json', 'Date', 'then', 'X-A', '1', 'X-A', '2']
})

const cached = (named: object = {}) => ({
  kind: 'entry' as const,
  outcome: 'hit' as const,
  cacheStatus: 'spms; hit; ttl=1',
  entry: STORED,
  body: STORED.body,
  coding: undefined,
  cacheControl: undefined,
  status: 200,
  ageSeconds: 7,
  freshSeconds: 53,
  ...named
})

t.test('an entry is sent with its own headers, its length and its age', async (t) => {
  const answer = await received(t, (response) => sendAnswer(cached(), response))
  t.match(answer.headers, {
    'x-a': ['1', '2'],
    date: 'then',
    age: '7',
    'content-length': '7',
    'cache-status': 'spms; hit; ttl=1'
  })
  t.equal(answer.text(), '{"n":1}')
})

t.test('an entry that has just come is told no age', async (t) => {
  const answer = await received(t, (response) => sendAnswer(cached({ ageSeconds: undefined }), response))
  t.equal(answer.headers['age'], undefined)
})

t.test('what an entry does not say of caching is said beside it, by a 304 as well', async (t) => {
  for (const status of [200, 304]) {
    const answer = await received(t, (response) =>
      sendAnswer(cached({ status, cacheControl: 'private, no-cache' }), response)
    )
    t.equal(answer.headers['cache-control'], 'private, no-cache')
  }
  for (const name of ['Cache-Control', 'expires', 'CDN-Cache-Control']) {
    const told = entry({ headers: ['Content-Type', 'a', name, 'max-age=60'] })
    const answer = await received(t, (response) =>
      sendAnswer(cached({ entry: told, cacheControl: 'private, no-cache' }), response)
    )
    t.notMatch(answer.headers, { 'cache-control': 'private, no-cache' }, name)
    t.equal(answer.headers[name.toLowerCase()], 'max-age=60')
  }
})

t.test('a 304 says nothing of a body it does not have', async (t) => {
  const described = entry({
    headers: ['Content-Type', 'a', 'Content-Length', '7', 'Content-Location', '/b', 'ETag', '"v"']
  })
  const answer = await received(t, (response) =>
    sendAnswer(cached({ entry: described, status: 304 }), response)
  )
  t.match(answer, {
    status: 304,
    headers: { 'content-location': '/b', etag: '"v"', 'content-type': undefined, 'content-length': undefined }
  })
})

t.test('a coded body goes out with its coding, its length and a validator of its own', async (t) => {
  const tagged = entry({ headers: ['etag', '"v"', 'Content-Type', 'a'] })
  const coded = cached({ entry: tagged, body: Buffer.from('coded'), coding: 'br' })
  const whole = await received(t, (response) => sendAnswer(coded, response))
  t.match(whole.headers, { 'content-encoding': 'br', 'content-length': '5', etag: '"v~br"' })
  t.equal(whole.text(), 'coded')
  const known = await received(t, (response) => sendAnswer({ ...coded, status: 304 }, response))
  t.match(known.headers, { 'content-encoding': undefined, 'content-length': undefined, etag: '"v~br"' })
  t.same(tagged.headers, ['etag', '"v"', 'Content-Type', 'a'], 'the entry is the same after it')
})

t.test('an entry is the same after it was sent', async (t) => {
  const answer = cached()
  const before = [...answer.entry.headers]
  await received(t, (response) => sendAnswer(answer, response))
  t.same(answer.entry.headers, before)
})

t.test('an answer of the origin goes out as it comes, its phrase too where it can be sent', async (t) => {
  const parts = { status: 201, headers: ['Set-Cookie', 'a', 'Set-Cookie', 'b'], body: 'made' }
  const answer = await received(t, (response) =>
    sendAnswer(relayed(originAnswer(parts), 'bypass', 'spms; x'), response)
  )
  t.match(answer, { status: 201, headers: { 'set-cookie': ['a', 'b'], 'cache-status': 'spms; x' } })
  t.equal(answer.text(), 'made')
  const odd = { ...originAnswer(), statusText: 'caf\ufffd' }
  t.equal(
    (await received(t, (response) => sendAnswer(relayed(odd, 'bypass', 'spms; x'), response))).status,
    200
  )
})

t.test('no answer of the origin is a problem', async (t) => {
  const answer = await received(t, (response) =>
    sendAnswer(failure(new OriginError('overloaded'), 'spms; x'), response)
  )
  t.match(answer, {
    status: 503,
    headers: { 'content-type': 'application/problem+json', 'retry-after': '1', 'cache-status': 'spms; x' }
  })
})

t.test('a problem can be told after a head that could not be sent', async (t) => {
  const answer = await received(t, (response) => {
    t.throws(() => response.writeHead(200, 'caf\ufffd'))
    sendProblemTo(response, new ProblemError(502, 'No.'), undefined)
  })
  t.match(answer, { status: 502, headers: { 'cache-status': undefined } })
})

t.test('an answer whose caller has left is thrown away', async (t) => {
  const body = new Readable({ read: () => undefined })
  const server = createServer((_, response) => {
    response.destroy()
    const sending = sendAnswer(relayed(originAnswer({ body }), 'bypass', 'spms; x'), response)
    void t.rejects(Promise.resolve(sending), CancelledError)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  await t.rejects(get(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`))
  if (!body.closed) await once(body, 'close')
  server.close()
})
