import t from 'tap'
import { isProblem, openDoor } from './open-door.js'

t.test('many values are stored and read in one request, text as text and the rest in base64', async (t) => {
  const { call, clock } = await openDoor(t)
  const entries = [
    { key: 'text', value: 'é', ttl: 60, tags: ['t'] },
    { key: 'spms:json', value: '{"a":1}', contentType: 'application/json' },
    { key: 'bytes', base64: 'AP8=' },
    { key: 'broken', base64: 'AP8=', contentType: 'text/plain' },
    { key: 'latin', value: 'x', contentType: 'text/plain; charset=latin1' },
    { key: 'empty', value: '' },
    { key: '__proto__', value: 'own' }
  ]
  const set = await call('POST', '/v1/entries/set', { json: { entries } })
  t.equal(set.status, 200)
  t.same(set.json(), { stored: 7, refused: [] })
  clock.advance(20_000)
  const keys = [
    'spms:text',
    'json',
    'bytes',
    'broken',
    'latin',
    'empty',
    '__proto__',
    'none',
    'spms:none',
    'none'
  ]
  const got = await call('POST', '/v1/entries/get', { json: { keys } })
  t.equal(got.status, 200)
  const position = (await call('GET', '/v1/entries/none')).headers['cache-position']
  const text = 'text/plain; charset=utf-8'
  const own = Object.fromEntries([['__proto__', { value: 'own', contentType: text, ttl: 280 }]])
  t.strictSame(got.json(), {
    entries: {
      'spms:text': { value: 'é', contentType: text, ttl: 40 },
      json: { value: '{"a":1}', contentType: 'application/json', ttl: 280 },
      bytes: { base64: 'AP8=', contentType: 'application/octet-stream', ttl: 280 },
      broken: { base64: 'AP8=', contentType: 'text/plain', ttl: 280 },
      latin: { base64: 'eA==', contentType: 'text/plain; charset=latin1', ttl: 280 },
      empty: { value: '', contentType: text, ttl: 280 },
      ...own
    },
    missing: ['none', 'spms:none'],
    position
  })
  t.ok(got.text().includes('"__proto__":{'))
  t.match((await call('POST', '/v1/invalidations', { json: { tags: ['t'] } })).json(), { removed: 1 })
})

t.test('1,000 keys are read and stored at once, 1,001 are refused', async (t) => {
  const { call } = await openDoor(t)
  const entries = Array.from({ length: 1001 }, (_, at) => ({ key: `k${at}`, value: String(at) }))
  const keys = entries.map(({ key }) => key)
  isProblem(t, await call('POST', '/v1/entries/set', { json: { entries } }), 400, 'entries')
  isProblem(t, await call('POST', '/v1/entries/get', { json: { keys } }), 400, 'keys')
  const set = await call('POST', '/v1/entries/set', { json: { entries: entries.slice(1) } })
  t.same(set.json(), { stored: 1000, refused: [] })
  const got = (await call('POST', '/v1/entries/get', { json: { keys: keys.slice(0, 1000) } })).json()
  t.match(got, { missing: ['k0'], entries: { k1: { value: '1' }, k999: { value: '999' } } })
})

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

t.test('values that are too many bytes for one answer are refused', async (t) => {
  const { call } = await openDoor(t)
  const entries = Array.from({ length: 90 }, (_, at) => ({ key: `k${at}`, value: 'x'.repeat(100_000) }))
  for (const half of [entries.slice(0, 45), entries.slice(45)]) {
    await call('POST', '/v1/entries/set', { json: { entries: half } })
  }
  const spellings = entries.flatMap(({ key }) => [key, `spms:${key}`])
  isProblem(t, await call('POST', '/v1/entries/get', { json: { keys: spellings } }), 422, 'keys')
  t.equal((await call('POST', '/v1/entries/get', { json: { keys: spellings.slice(0, 90) } })).status, 200)
})
