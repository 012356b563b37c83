import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { isProblem, openDoor } from './open-door.js'

t.test('a bad query is 400, names the parameter and stores nothing', async (t) => {
  const { call } = await openDoor(t)
  const faults: Record<string, readonly string[]> = {
    ttl: [
      'ttl=0x10',
      'ttl=',
      'ttl',
      'ttl=abc',
      'ttl=0',
      'ttl=-1',
      'ttl=1.5',
      'ttl=99999999999',
      'ttl=1&ttl=2'
    ].concat([
      'ttl=86401',
      'ttl=1e2',
      'ttl=%2B1',
      'ttl=01',
      'ttl=1%20',
      'ttl=null',
      `ttl=${'9'.repeat(400)}`
    ]),
    tag: ['tag=', 'tag=a%20b', 'tag=a+b', 'tag=@log', 'tag=spms:@log', `tag=a&tag=${'b'.repeat(513)}`].concat(
      ['tag=a%00', 'tag=%ff', 'tag=%zz', 'tag=%E2%80%83', Array(101).fill('tag=a').join('&')]
    ),
    position: ['position=', 'position=1-0', 'position=a&position=b'],
    unknown: ['unknown=1', 'ttl=5&unknown'],
    TTL: ['TTL=5'],
    ['__proto__']: ['__proto__=1'],
    toString: ['toString=1']
  }
  for (const [field, queries] of Object.entries(faults)) {
    for (const query of queries) {
      isProblem(t, await call('PUT', `/v1/entries/a?${query}`, { body: 'x' }), 400, field, query.slice(0, 80))
    }
  }
  t.equal((await call('GET', '/v1/entries/a')).status, 404)
})

t.test('a route without parameters takes none', async (t) => {
  const { call } = await openDoor(t)
  const calls: [string, string, object?][] = [
    ['GET', '/v1/entries/a'],
    ['HEAD', '/v1/entries/a'],
    ['DELETE', '/v1/entries/a'],
    ['POST', '/v1/entries/get', { keys: ['a'] }],
    ['POST', '/v1/entries/set', { entries: [{ key: 'a', value: 'x' }] }],
    ['POST', '/v1/entries/a/increment', {}],
    ['POST', '/v1/invalidations', { all: true }],
    ['GET', '/v1/stats'],
    ['GET', '/v1/resources']
  ]
  for (const [method, path, json] of calls) {
    const answer = await call(method, `${path}?ttl=5`, json && { json })
    if (method === 'HEAD') t.equal(answer.status, 400)
    else isProblem(t, answer, 400, 'ttl', `${method} ${path}`)
  }
})

t.test('a bad key is 400 and names the key', async (t) => {
  const { call } = await openDoor(t)
  const keys = [
    '',
    'spms:',
    'a%20b',
    '%20',
    '@log',
    '%40log',
    'spms:@log',
    'a%0A',
    'a%C2%A0',
    'é'.repeat(257)
  ]
  for (const key of keys) {
    const path = `/v1/entries/${key}`
    for (const method of ['GET', 'DELETE', 'PUT']) isProblem(t, await call(method, path), 400, 'key', key)
    isProblem(t, await call('POST', `${path}/touch`), 400, 'key')
    isProblem(t, await call('POST', `${path}/increment`, { json: {} }), 400, 'key')
  }
  isProblem(t, await call('PUT', `/v1/entries/${'a'.repeat(513)}`), 400, 'key')
  isProblem(t, await call('PUT', `/v1/entries/${'a'.repeat(2000)}`), 414, 'key')
})

t.test('a malformed URL is 400', async (t) => {
  const { call } = await openDoor(t)
  for (const path of ['/v1/entries/%zz', '/v1/entries/%ff', '/%', '/v1/entries/%ED%A0%80']) {
    isProblem(t, await call('GET', path), 400, 'path', path)
  }
})

t.test('an unknown path is 404, a known one with another method 405 with Allow', async (t) => {
  const { call } = await openDoor(t)
  for (const path of ['/', '/v1', '/v1/stats/', '/v1/entries/a/b', '/v1/entries/a/touch/b', '/v2/stats']) {
    isProblem(t, await call('GET', path), 404, undefined, path)
  }
  isProblem(t, await call('POST', '/nothing', { body: '{', headers: { 'content-type': 'a' } }), 415)
  isProblem(
    t,
    await call('POST', '/nothing', { body: '{', headers: { 'content-type': 'application/json' } }),
    404
  )
  const allowed: Record<string, string> = {
    '/v1/entries/a': 'GET, HEAD, PUT, DELETE',
    '/v1/entries/get': 'GET, HEAD, PUT, POST, DELETE',
    '/v1/entries/a/touch': 'POST',
    '/v1/invalidations': 'POST',
    '/v1/stats': 'GET, HEAD',
    '/openapi.json': 'GET, HEAD'
  }
  for (const [path, allow] of Object.entries(allowed)) {
    const answer = await call('PATCH', path)
    isProblem(t, answer, 405, undefined, path)
    t.equal(answer.headers['allow'], allow)
  }
  t.equal((await call('OPTIONS', '/v1/stats')).headers['allow'], 'GET, HEAD')
})

t.test('a bad JSON body is 4xx and names what is at fault', async (t) => {
  const { call } = await openDoor(t)
  const post = (body: string | Buffer, type = 'application/json') =>
    call('POST', '/v1/invalidations', { body, headers: { 'content-type': type } })
  for (const body of ['', '{', '{"all":true', 'all', "{'all':true}", '{"all":true}}']) {
    isProblem(t, await post(body), 400, 'body', body)
  }
  for (const list of ['[]', `["${'a'.repeat(50_000)}"]`]) {
    isProblem(t, await post(`{"all":true,"__proto__":${list}}`), 400, '__proto__')
  }
  isProblem(t, await post(Buffer.from('{"keys":["\xff"]}', 'latin1')), 400, 'body')
  for (const body of ['null', '[]', '"all"', '1', 'true']) isProblem(t, await post(body), 400, 'body', body)
  isProblem(t, await call('POST', '/v1/invalidations'), 400, 'body')
  for (const type of ['text/plain', 'application/jsonx', 'json', 'application/x-www-form-urlencoded']) {
    isProblem(t, await post('{"all":true}', type), 415, 'content-type', type)
  }
  isProblem(t, await call('POST', '/v1/invalidations', { body: '{"all":true}' }), 415, 'content-type')
})

t.test('an increment is by an integer', async (t) => {
  const { call } = await openDoor(t)
  for (const by of ['1', 1.5, null, 2 ** 53, -(2 ** 53), [1], true]) {
    isProblem(
      t,
      await call('POST', '/v1/entries/n/increment', { json: { by } }),
      400,
      'by',
      JSON.stringify(by)
    )
  }
  isProblem(t, await call('POST', '/v1/entries/n/increment', { json: { to: 1 } }), 400, 'to')
  t.equal((await call('GET', '/v1/entries/n')).status, 404)
})

t.test('keys to read are a list of valid keys', async (t) => {
  const { call } = await openDoor(t)
  const faults: [unknown, string][] = [
    [{ keys: 'a' }, 'keys'],
    [{}, 'keys'],
    [{ keys: [] }, 'keys'],
    [{ keys: ['a', 5] }, 'keys[1]'],
    [{ keys: ['a', '@b'] }, 'keys[1]'],
    [{ keys: ['a'], ttl: 5 }, 'ttl']
  ]
  for (const [json, field] of faults) {
    isProblem(t, await call('POST', '/v1/entries/get', { json }), 400, field, JSON.stringify(json))
  }
})

t.test('a body over the limit is 413, and the connection lives on', async (t) => {
  const { call } = await openDoor(t)
  t.equal((await call('PUT', '/v1/entries/a', { body: Buffer.alloc(100_000) })).status, 204)
  for (const bytes of [100_001, 1_000_000, 20_000_000]) {
    const answer = await call('PUT', '/v1/entries/b', { body: Buffer.alloc(bytes) })
    isProblem(t, answer, 413, 'body', `${bytes} bytes`)
    t.not(answer.headers['connection'], 'close')
  }
  isProblem(
    t,
    await call('POST', '/v1/entries/get', { json: { keys: ['a'.repeat(17_000_000)] } }),
    413,
    'body'
  )
  t.equal((await call('GET', '/v1/entries/b')).status, 404)
})

t.test('a coded body, and a body where none belongs, are refused', async (t) => {
  const { call } = await openDoor(t)
  const coded = { body: 'x', headers: { 'content-encoding': 'gzip' } }
  isProblem(t, await call('PUT', '/v1/entries/a', coded), 415, 'content-encoding')
  isProblem(
    t,
    await call('PUT', '/v1/entries/a', { body: 'x', headers: { 'content-type': 'x' } }),
    415,
    'content-type'
  )
  t.equal((await call('GET', '/v1/entries/a')).status, 404)
  await call('PUT', '/v1/entries/a', { body: 'x' })
  isProblem(t, await call('DELETE', '/v1/entries/a', { body: 'x' }), 400, 'body')
  isProblem(t, await call('POST', '/v1/entries/a/touch', { body: '{"ttl":5}' }), 400, 'body')
  t.equal((await call('GET', '/v1/entries/a')).headers['cache-status'], 'spms; hit; ttl=300')
})

t.test('what the HTTP parser refuses is a problem, too', async (t) => {
  const { url } = await openDoor(t)
  const requests: [string, number][] = [
    ['NONSENSE\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431]
  ]
  for (const [request, status] of requests) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.end(request)
    const answer = await text(socket)
    t.match(answer, new RegExp(`^HTTP/1.1 ${status} .*content-type: application/problem\\+json\r\n`, 'is'))
    t.match(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))), { status, type: 'about:blank' })
  }
})
