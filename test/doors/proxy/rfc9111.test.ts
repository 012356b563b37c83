import type { RequestListener } from 'node:http'
import t, { type Test } from 'tap'
import { loadResources } from '../../../src/resources/load.js'
import { openBareProxy, statusOf } from './open-proxy.js'

/** A row that takes whatever the origin allows. */
const { table } = loadResources(
  `
identity: { headers: [Authorization] }
families: { files: [/files] }
resources:
  - { name: files, path: /files/**, key: 'files:{rest}', ttl: origin, staleIfError: 60, scope: public, query: '*',
      contentType: '*', statuses: '*', tags: ['files:{rest}'], families: [files] }
writes:
  - { methods: [PUT, M-SEARCH], path: /files/**, tags: ['files:{rest}'] }
`,
  { source: 'test', defaultTtlSeconds: 60, maxTtlSeconds: 3600 }
)

const FRESH = { 'Cache-Control': 'max-age=60', 'Content-Type': 'text/plain' }

/** Counts its answers. */
const open = async (t: Test, respond: (...args: [...Parameters<RequestListener>, number]) => void) => {
  let n = 0
  return openBareProxy(t, (request, response) => respond(request, response, ++n), { table })
}

/** An origin whose answers have these fields. */
const openWith = (t: Test, fields: Readonly<Record<string, string>>, status = 200) =>
  open(t, (_, response, n) => response.writeHead(status, fields).end(`answer ${n}`))

t.test('an answer that came with an Age has it from the first time on', async (t) => {
  const { get, clock } = await openWith(t, { ...FRESH, Age: '30' })
  t.match((await get('/files/a')).headers, { age: '30' })
  clock.advance(5000)
  t.match((await get('/files/a')).headers, { age: '35' })
  const list = await openWith(t, { ...FRESH, Age: '30, 7' })
  t.match((await list.get('/files/a')).headers, { age: '30' })
  const silent = await openWith(t, FRESH)
  t.equal((await silent.get('/files/a')).headers['age'], undefined)
})

t.test('requests and answers say whom they came through', async (t) => {
  const { get } = await open(t, (request, response, n) =>
    response.writeHead(200, { ...FRESH, Via: '1.0 gate' }).end(`${request.headers.via ?? ''} ${n}`)
  )
  for (const path of ['/files/a', '/files/a', '/elsewhere']) {
    const answer = await get(path, { via: '1.1 edge' })
    t.match(answer.text(), '1.1 edge, 1.1 spms')
    t.match(answer.headers, { via: /^1\.0 gate(,.*)?$/ })
    t.match([answer.headers['via']].flat().join(', '), '1.0 gate, 1.1 spms')
  }
})

t.test('early hints reach the one whose request it was, and are no part of what is stored', async (t) => {
  const { exchange } = await open(t, (_, response, n) => {
    response.writeProcessing()
    response.writeEarlyHints({ link: '</a.css>; rel=preload', 'x-hint': `${n}` })
    response.writeHead(200, FRESH).end(`answer ${n}`)
  })
  const ask = () => exchange('GET /files/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  t.match(
    await ask(),
    /^HTTP\/1\.1 102 .*\r\n\r\nHTTP\/1\.1 103 [^]*x-hint: 1\r\n\r\nHTTP\/1\.1 200 [^]*answer 1$/i
  )
  const hit = await ask()
  t.match(hit, /^HTTP\/1\.1 200 [^]*answer 1$/)
  t.notMatch(hit, /x-hint/i)
})

t.test('only-if-cached is answered 504 where nothing is stored', async (t) => {
  const { get, told } = await openWith(t, FRESH)
  const none = await get('/files/a', { 'cache-control': 'only-if-cached' })
  t.equal(none.status, 504)
  t.match(none.headers, { 'content-type': 'application/problem+json' })
  t.equal(told.originAsked.length, 0)
  await get('/files/a')
  t.equal((await get('/files/a', { 'cache-control': 'only-if-cached' })).text(), 'answer 1')
})

t.test('an expired answer is confirmed by its date', async (t) => {
  const modified = 'Wed, 21 Oct 2026 07:28:00 GMT'
  const { get, clock } = await open(t, (request, response, n) => {
    const isKnown = request.headers['if-modified-since'] === modified
    response.writeHead(isKnown ? 304 : 200, { ...FRESH, 'Last-Modified': modified, 'X-N': `${n}` })
    response.end(isKnown ? undefined : 'long lived')
  })
  await get('/files/a')
  clock.advance(70_000)
  const confirmed = await get('/files/a')
  t.match({ status: confirmed.status, text: confirmed.text() }, { status: 200, text: 'long lived' })
  t.match(confirmed.headers, { 'x-n': '2', 'cache-status': 'spms; fwd=stale; stored' })
  t.match((await get('/files/a')).headers, { 'x-n': '2', 'cache-status': /hit/ })
})

t.test('a row may store any path, query, type and status, for as long as the origin says', async (t) => {
  const { get } = await openWith(t, { ...FRESH, 'Content-Type': 'image/png' }, 404)
  t.match(await get('/files/a/b.png?x=1&y'), { status: 404 })
  t.equal(statusOf(await get('/files/a/b.png?x=1&y')), 'spms; hit; ttl=60')
  t.equal(statusOf(await get('/files/a/b.png?y&x=1')), 'spms; fwd=uri-miss; stored')
  t.equal(statusOf(await get('/files/a/b.png')), 'spms; fwd=uri-miss; stored')
  const silent = await openWith(t, {})
  t.equal(statusOf(await silent.get('/files/a')), 'spms; fwd=uri-miss; detail=expired')
  const denied = await openWith(t, FRESH, 403)
  t.equal(statusOf(await denied.get('/files/a')), 'spms; fwd=uri-miss; detail=status')
})

t.test('an error that may be stored does not take the place of an answer that covers it', async (t) => {
  const { get, clock } = await open(t, (_, response, n) =>
    response.writeHead(n === 1 ? 200 : 503, FRESH).end(`answer ${n}`)
  )
  await get('/files/a')
  clock.advance(70_000)
  for (const text of ['answer 1', 'answer 1']) t.equal((await get('/files/a')).text(), text)
  clock.advance(60_000)
  t.equal((await get('/files/a')).status, 503)
  t.match((await get('/files/a')).headers, { 'cache-status': /hit/ })
})

t.test('a stored answer without content has no length', async (t) => {
  const { get } = await open(t, (_, response) => response.writeHead(204, FRESH).end())
  await get('/files/a')
  const hit = await get('/files/a')
  t.match({ status: hit.status, cacheStatus: statusOf(hit) }, { status: 204, cacheStatus: /hit/ })
  t.equal(hit.headers['content-length'], undefined)
})

t.test('a write reaches what is stored for its path, in every spelling and with every query', async (t) => {
  const { get, call } = await openWith(t, FRESH)
  const spellings = ['/files/a', '/files/a/', '/files/%61', '/files/a?x=1']
  for (const [method, path] of [
    ['PUT', '/files/a'],
    ['M-SEARCH', '/files/%61/']
  ] as const) {
    for (const spelling of [...spellings, '/files/b']) await get(spelling)
    await call(method, path)
    for (const spelling of spellings) t.match(statusOf(await get(spelling)), /uri-miss/, spelling)
    t.match(statusOf(await get('/files/b')), /hit/)
  }
})

t.test('a path that an origin may read as another one is not looked up', async (t) => {
  const { exchange } = await openWith(t, FRESH)
  for (const path of ['/files/b/../a', '/files/%2e%2e/a', '/files//a', '/files/']) {
    const answer = await exchange(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    t.match(answer, /Cache-Status: spms; fwd=bypass; detail=no-resource/, path)
  }
})

t.test('a range of what is stored is a hit; else the origin is asked for it', async (t) => {
  const { get } = await open(t, (request, response) => {
    if (request.headers.range === undefined)
      response.writeHead(200, { ...FRESH, ETag: '"v1"' }).end('0123456789')
    else response.writeHead(206, { ...FRESH, 'Content-Range': 'bytes 0-1/10' }).end('01')
  })
  const asked = await get('/files/a', { range: 'bytes=0-1' })
  t.match(
    { status: asked.status, cacheStatus: statusOf(asked) },
    { status: 206, cacheStatus: 'spms; fwd=uri-miss' }
  )
  await get('/files/a')
  const part = await get('/files/a', { range: 'bytes=-3' })
  t.match(
    { status: part.status, text: part.text(), cacheStatus: statusOf(part) },
    {
      ...{ status: 206, text: '789', cacheStatus: 'spms; hit; ttl=60' }
    }
  )
  t.match(part.headers, { 'content-range': 'bytes 7-9/10', 'content-length': '3', etag: '"v1"' })
  t.equal((await get('/files/a')).text(), '0123456789')
})

t.test('what names Accept in its Vary is not stored where any type is', async (t) => {
  const { get } = await open(t, (request, response) =>
    response.writeHead(200, { ...FRESH, Vary: 'Accept' }).end(request.headers.accept)
  )
  const answer = await get('/files/a', { accept: 'image/avif' })
  t.equal(answer.text(), 'image/avif')
  t.equal(statusOf(answer), 'spms; fwd=uri-miss; detail=vary')
})
