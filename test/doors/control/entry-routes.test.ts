import t from 'tap'
import { isProblem, openDoor } from './open-door.js'

t.test('a value comes back with the same bytes and type, by GET and by HEAD', async (t) => {
  const { call, clock } = await openDoor(t)
  const body = Buffer.from([0, 255, 128, 10, 13, 0])
  const headers = { 'content-type': 'application/x-pickle; v=4' }
  const put = await call('PUT', '/v1/entries/user%3A5?ttl=60', { body, headers })
  t.equal(put.status, 204)
  t.equal(put.body.length, 0)
  clock.advance(10_000)
  const got = await call('GET', '/v1/entries/spms:user:5')
  t.equal(got.status, 200)
  t.same(got.body, body)
  t.match(got.headers, {
    'content-type': /^application\/x-pickle; v=4$/,
    etag: put.headers['etag'],
    age: '10',
    'cache-status': 'spms; hit; ttl=50',
    'cache-position': /^[\w-]{16}:\d+-\d+$/,
    'content-length': '6'
  })
  const head = await call('HEAD', '/v1/entries/user:5')
  t.equal(head.status, 200)
  t.equal(head.body.length, 0)
  t.equal(head.headers['content-length'], '6')
})

t.test('text keeps its type to the letter', async (t) => {
  const { call } = await openDoor(t)
  for (const type of ['text/plain', 'application/json', 'text/html;charset=iso-8859-1']) {
    await call('PUT', '/v1/entries/a', { body: '{}', headers: { 'content-type': type } })
    t.equal((await call('GET', '/v1/entries/a')).headers['content-type'], type)
  }
})

t.test('a value without a type is bytes, and may be empty', async (t) => {
  const { call } = await openDoor(t)
  t.equal((await call('PUT', '/v1/entries/a', { body: 'x' })).status, 204)
  t.equal((await call('GET', '/v1/entries/a')).headers['content-type'], 'application/octet-stream')
  t.equal((await call('PUT', '/v1/entries/a')).status, 204)
  const got = await call('GET', '/v1/entries/a')
  t.equal(got.body.length, 0)
  t.equal(got.headers['content-type'], 'application/octet-stream')
})

t.test('a value lives as long as its ttl says, or the default', async (t) => {
  const { call, clock } = await openDoor(t)
  await call('PUT', '/v1/entries/a?ttl=86400', { body: 'x' })
  await call('PUT', '/v1/entries/b', { body: 'x' })
  t.equal((await call('GET', '/v1/entries/a')).headers['cache-status'], 'spms; hit; ttl=86400')
  t.equal((await call('GET', '/v1/entries/b')).headers['cache-status'], 'spms; hit; ttl=300')
  clock.advance(300_000)
  t.equal((await call('GET', '/v1/entries/b')).status, 404)
})

t.test('an absent value is 404 with the position of the miss', async (t) => {
  const { call } = await openDoor(t)
  const got = await call('GET', '/v1/entries/a')
  isProblem(t, got, 404)
  t.match(got.headers['cache-position'], /^[\w-]{16}:\d+-\d+$/)
  t.equal(got.headers['cache-status'], 'spms; fwd=uri-miss')
  t.equal((await call('HEAD', '/v1/entries/a')).headers['cache-position'], got.headers['cache-position'])
})

t.test('a key may have 512 bytes and any character, percent-encoded', async (t) => {
  const { call } = await openDoor(t)
  for (const key of [
    'é'.repeat(256),
    'a/b?c#d%25',
    '%',
    '100%',
    '../..',
    '__proto__',
    'get',
    '🗝'.repeat(128)
  ]) {
    const path = `/v1/entries/${encodeURIComponent(key)}`
    t.equal((await call('PUT', path, { body: key })).status, 204, key)
    t.equal((await call('GET', path)).text(), key)
    const { entries } = (await call('POST', '/v1/entries/get', { json: { keys: [key] } })).json() as {
      entries: object
    }
    t.same(Object.keys(entries), [key])
  }
})

t.test('a known etag is answered with 304, compared weakly, in a list, or as *', async (t) => {
  const { call } = await openDoor(t)
  const { headers } = await call('PUT', '/v1/entries/a', { body: 'x' })
  const etag = String(headers['etag'])
  const get = async (noneMatch: string, key = 'a') =>
    (await call('GET', `/v1/entries/${key}`, { headers: { 'if-none-match': noneMatch } })).status
  t.equal(await get(etag), 304)
  t.equal(await get(`W/${etag}`), 304)
  t.equal(await get(`"a,b", ,W/"c" , ${etag}`), 304)
  t.equal(await get('*'), 304)
  t.equal(await get('"other"'), 200)
  t.equal(await get('*', 'absent'), 404)
  const answer = await call('GET', '/v1/entries/a', { headers: { 'if-none-match': etag } })
  t.match(answer.headers, { etag, age: '0', 'cache-status': 'spms; hit; ttl=300', 'cache-position': String })
  t.equal(answer.headers['content-type'], undefined)
})

t.test('If-None-Match: * puts only where nothing is, If-Match only over its etag', async (t) => {
  const { call } = await openDoor(t)
  const put = (body: string, headers: Record<string, string>) =>
    call('PUT', '/v1/entries/a', { body, headers })
  isProblem(t, await put('0', { 'if-match': '*' }), 412, 'if-match')
  const first = await put('1', { 'if-none-match': '*' })
  t.equal(first.status, 204)
  isProblem(t, await put('2', { 'if-none-match': '*' }), 412, 'if-none-match')
  const etag = String(first.headers['etag'])
  isProblem(t, await put('3', { 'if-match': `W/${etag}` }), 412, 'if-match')
  t.equal((await put('4', { 'if-match': `"x", ${etag}` })).status, 204)
  isProblem(t, await put('5', { 'if-match': etag }), 412, 'if-match')
  t.equal((await call('GET', '/v1/entries/a')).text(), '4')
})

t.test('a malformed precondition is 400 and names its header field', async (t) => {
  const { call } = await openDoor(t)
  const etag = String((await call('PUT', '/v1/entries/a', { body: 'x' })).headers['etag'])
  for (const text of ['x', '"x', 'x"', '', ',', '"a" "b"', '*, "a"', 'w/"a"', `${etag}, b`]) {
    const match = { headers: { 'if-match': text }, body: 'new' }
    isProblem(t, await call('PUT', '/v1/entries/a', match), 400, 'if-match', `if-match: ${text}`)
    const noneMatch = { headers: { 'if-none-match': text } }
    isProblem(
      t,
      await call('GET', '/v1/entries/a', noneMatch),
      400,
      'if-none-match',
      `if-none-match: ${text}`
    )
    isProblem(t, await call('GET', '/v1/entries/absent', noneMatch), 400, 'if-none-match')
  }
  const put = (headers: Record<string, string>) => call('PUT', '/v1/entries/a', { body: 'new', headers })
  isProblem(t, await put({ 'if-none-match': etag }), 400, 'if-none-match')
  isProblem(t, await put({ 'if-none-match': '*', 'if-match': '*' }), 400, 'if-none-match')
  t.equal((await call('GET', '/v1/entries/a')).text(), 'x')
})

t.test(
  'a put with the position of its miss is 409 after an invalidation, and stored without one',
  async (t) => {
    const { call } = await openDoor(t)
    const miss = await call('GET', '/v1/entries/a')
    const path = `/v1/entries/a?position=${encodeURIComponent(String(miss.headers['cache-position']))}`
    t.equal((await call('PUT', path, { body: '1' })).status, 204)
    t.equal((await call('DELETE', '/v1/entries/other')).status, 204)
    t.equal((await call('PUT', path, { body: '2' })).status, 204)
    t.equal((await call('DELETE', '/v1/entries/a')).status, 204)
    isProblem(t, await call('PUT', path, { body: '3' }), 409, 'position')
    t.equal((await call('GET', '/v1/entries/a')).status, 404)
  }
)

t.test('a value is reached by an invalidation of any of its tags', async (t) => {
  const { call } = await openDoor(t)
  for (const tag of ['project:42', 'user:5', 'spms:user:5']) {
    await call('PUT', '/v1/entries/a?tag=spms:project:42&tag=user%3A5', { body: 'x' })
    t.match((await call('POST', '/v1/invalidations', { json: { tags: [tag] } })).json(), { removed: 1 })
    t.equal((await call('GET', '/v1/entries/a')).status, 404)
  }
})

t.test(
  'DELETE removes a value by either spelling of its key, and is 204 also when there is none',
  async (t) => {
    const { call } = await openDoor(t)
    await call('PUT', '/v1/entries/a', { body: 'x' })
    t.equal((await call('DELETE', '/v1/entries/spms:a')).status, 204)
    t.equal((await call('GET', '/v1/entries/a')).status, 404)
    t.equal(
      (await call('DELETE', '/v1/entries/a', { headers: { 'content-type': 'application/json' } })).status,
      204
    )
  }
)

t.test('without the store values are 503 with Retry-After, and an invalidation is 202', async (t) => {
  const { call, cut } = await openDoor(t)
  cut()
  const answers = [
    await call('GET', '/v1/entries/a'),
    await call('PUT', '/v1/entries/a', { body: 'x' }),
    await call('POST', '/v1/entries/a/touch'),
    await call('POST', '/v1/entries/a/increment', { json: {} }),
    await call('POST', '/v1/entries/get', { json: { keys: ['a'] } }),
    await call('POST', '/v1/entries/set', { json: { entries: [{ key: 'a', value: 'x' }] } })
  ]
  for (const answer of answers) {
    isProblem(t, answer, 503)
    t.equal(answer.headers['retry-after'], '1')
  }
  for (const answer of [
    await call('DELETE', '/v1/entries/a'),
    await call('POST', '/v1/invalidations', { json: { all: true } })
  ]) {
    t.equal(answer.status, 202)
    t.same(answer.json(), { pending: true })
  }
})
