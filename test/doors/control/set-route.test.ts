import t from 'tap'
import { isProblem, openDoor } from './open-door.js'

t.test('with a position, only what no invalidation has reached since is stored', async (t) => {
  const { call } = await openDoor(t)
  const { position } = (await call('POST', '/v1/entries/get', { json: { keys: ['a'] } })).json() as {
    position: string
  }
  await call('POST', '/v1/invalidations', { json: { patterns: ['user:*'] } })
  const entries = [
    { key: 'a', value: '1' },
    { key: 'spms:user:5', value: '2' },
    { key: 'b', value: '3', tags: ['user:6'] }
  ]
  const set = await call('POST', '/v1/entries/set', { json: { entries, position } })
  t.same(set.json(), { stored: 1, refused: ['spms:user:5', 'b'] })
  t.match((await call('POST', '/v1/entries/get', { json: { keys: ['a', 'user:5', 'b'] } })).json(), {
    missing: ['user:5', 'b']
  })
})

t.test('one bad entry keeps all others out, and is named', async (t) => {
  const { call } = await openDoor(t)
  const good = { key: 'good', value: 'x' }
  const faults: [object, string, number?][] = [
    [{ value: 'x' }, 'entries[1].key'],
    [{ key: 'a' }, 'entries[1]'],
    [{ key: 'a', value: 'x', base64: 'eA==' }, 'entries[1]'],
    [{ key: 'a', value: 'x', json: 1 }, 'entries[1]'],
    [{ key: 'a', base64: 'eA==', json: null }, 'entries[1]'],
    [{ key: 'a', json: 'x'.repeat(100_000) }, 'entries[1]', 413],
    [{ key: 'a', value: 5 }, 'entries[1].value'],
    [{ key: 'a', value: '\ud800' }, 'entries[1].value'],
    [{ key: 'a', base64: 'eA' }, 'entries[1].base64'],
    [{ key: 'a', base64: 'e A=' }, 'entries[1].base64'],
    [{ key: 'a', base64: '_-8=' }, 'entries[1].base64'],
    [{ key: '', value: 'x' }, 'entries[1].key'],
    [{ key: '@log', value: 'x' }, 'entries[1].key'],
    [{ key: 'spms:good', value: 'x' }, 'entries[1].key'],
    [{ key: 'a', value: 'x', ttl: '5' }, 'entries[1].ttl'],
    [{ key: 'a', value: 'x', ttl: 0 }, 'entries[1].ttl'],
    [{ key: 'a', value: 'x', ttl: 86_401 }, 'entries[1].ttl'],
    [{ key: 'a', value: 'x', ttl: null }, 'entries[1].ttl'],
    [{ key: 'a', value: 'x', tags: 't' }, 'entries[1].tags'],
    [{ key: 'a', value: 'x', tags: ['t', 'a b'] }, 'entries[1].tags[1]'],
    [{ key: 'a', value: 'x', contentType: 'text' }, 'entries[1].contentType'],
    [{ key: 'a', value: 'x', contentType: 'text/plain\r\nset-cookie: a=b' }, 'entries[1].contentType'],
    [{ key: 'a', value: 'x', content_type: 'text/plain' }, 'entries[1].content_type'],
    [{ key: 'a', value: 'x'.repeat(100_001) }, 'entries[1]', 413]
  ]
  for (const [bad, field, status = 400] of faults) {
    const set = await call('POST', '/v1/entries/set', { json: { entries: [good, bad] } })
    isProblem(t, set, status, field, `${field} of ${JSON.stringify(bad).slice(0, 60)}`)
  }
  const position = await call('POST', '/v1/entries/set', { json: { entries: [good], position: 'x' } })
  isProblem(t, position, 400, 'position')
  t.equal((await call('GET', '/v1/entries/good')).status, 404)
})

const post = (body: string) => ({ body, headers: { 'content-type': 'application/json' } })

t.test('a value that is given as JSON is kept byte by byte', async (t) => {
  const { call } = await openDoor(t)
  const exact = '{"id": 9007199254740993, "rate":1.0,\t"a":[1,{"json":2}],"s":"}],\\"" }'
  const body = `{"entries":[{"key":"a","json": ${exact}\n},{"json":1.50,"key":"b","contentType":"application/ld+json"},
    {"key":"c","js\\u006fn":null},{"key":"json","value":"json","tags":["json"]},{"key":"e","json":0,"json":""}]}`
  const set = await call('POST', '/v1/entries/set', post(body))
  t.same(set.json(), { stored: 5, refused: [] })
  for (const [key, text, type] of [
    ['a', exact, 'application/json'],
    ['b', '1.50', 'application/ld+json'],
    ['c', 'null', 'application/json'],
    ['json', 'json', 'text/plain; charset=utf-8'],
    ['e', '""', 'application/json']
  ] as const) {
    const read = await call('GET', `/v1/entries/${key}`)
    t.equal(read.text(), text)
    t.equal(read.headers['content-type'], type)
  }
})

t.test('what is no JSON is refused, and named where that can be told', async (t) => {
  const { call } = await openDoor(t)
  const good = '{"key":"good","json":1}'
  for (const [bad, field] of [
    ['{"key":"a","json":NaN}', 'entries[1].json'],
    ['5,{"key":"a","json":1 2}', 'entries[2].json'],
    ['{"key":"a","json":}', 'entries[1].json'],
    ['{"key":"a","json":"\n"}', 'entries[1].json'],
    ['{"key":"a","json":[1}', 'body'],
    ['{"key":"a","json":"x}', 'body'],
    ['{"key":"a","json"}', 'body'],
    ['{"key":"a" "json":1}', 'body'],
    ['{"key":"a","json":1,}', 'body']
  ] as const)
    isProblem(t, await call('POST', '/v1/entries/set', post(`{"entries":[${good},${bad}]}`)), 400, field, bad)
  t.equal((await call('GET', '/v1/entries/good')).status, 404)
})
