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

t.test('values that are JSON come as what they are where that is asked for, byte by byte', async (t) => {
  const { call } = await openDoor(t)
  const put = (key: string, body: string | Buffer, type: string) =>
    call('PUT', `/v1/entries/${key}`, { body, headers: { 'content-type': type } })
  const exact = '{"id": 9007199254740993, "rate":1.0,\n"a":1,"a":2, "ключ":"\\ud800"}'
  await put('exact', exact, 'application/json')
  await put('problem', '"x"', 'application/problem+json; charset=UTF-8')
  await put('text', '1', 'text/plain')
  await put('latin', '1', 'application/json; charset=latin1')
  const broken: Record<string, string | Buffer> = {
    nan: 'NaN',
    cut: '{"a":',
    two: '1 2',
    none: '',
    mark: '\ufeff1',
    bytes: Buffer.from([34, 255, 34])
  }
  for (const [key, body] of Object.entries(broken)) await put(key, body, 'application/json')
  const keys = ['exact', 'problem', 'text', 'latin', 'absent', ...Object.keys(broken)]
  const got = await call('POST', '/v1/entries/get', { json: { keys, json: true } })
  t.ok(
    got.text().includes(`"exact":{"json":${exact},"contentType"`),
    'spaces, digits and repeated names stay'
  )
  t.equal(Number(got.headers['content-length']), Buffer.byteLength(got.text()))
  const type = 'application/json'
  t.match(got.json(), {
    entries: {
      problem: { json: 'x', contentType: 'application/problem+json; charset=UTF-8' },
      text: { value: '1', contentType: 'text/plain' },
      latin: { base64: 'MQ==' },
      nan: { value: 'NaN', contentType: type, ttl: 300 },
      cut: { value: '{"a":', contentType: type },
      two: { value: '1 2', contentType: type },
      none: { value: '', contentType: type },
      mark: { value: '\ufeff1', contentType: type },
      bytes: { base64: 'Iv8i', contentType: type }
    },
    missing: ['absent']
  })
  const without = await call('POST', '/v1/entries/get', { json: { keys: ['exact'], json: false } })
  t.match(without.json(), { entries: { exact: { value: exact } } })
  isProblem(t, await call('POST', '/v1/entries/get', { json: { keys, json: 1 } }), 400, 'json')
})

t.test(
  'many values get a new time to live in one request, and those that are not there are told',
  async (t) => {
    const { call, clock } = await openDoor(t)
    for (const key of ['a', 'b', 'c']) await call('PUT', `/v1/entries/${key}?ttl=10`, { body: key })
    clock.advance(9_000)
    const keys = ['a', 'spms:b', 'none', 'spms:none', 'a']
    const touched = await call('POST', '/v1/entries/touch', { json: { keys, ttl: 50 } })
    t.equal(touched.status, 200)
    t.same(touched.json(), { touched: 2, missing: ['none', 'spms:none'] })
    clock.advance(9_000)
    for (const [key, status] of [
      ['a', 'spms; hit; ttl=41'],
      ['b', 'spms; hit; ttl=41'],
      ['c', 'spms; fwd=uri-miss']
    ] as const)
      t.equal((await call('GET', `/v1/entries/${key}`)).headers['cache-status'], status)
    await call('POST', '/v1/entries/touch', { json: { keys: ['a'] } })
    t.equal((await call('GET', '/v1/entries/a')).headers['cache-status'], 'spms; hit; ttl=300')
    for (const [json, field] of [
      [{ keys: [] }, 'keys'],
      [{ keys: ['a', '@b'] }, 'keys[1]'],
      [{ keys: Array(1001).fill('a') }, 'keys'],
      [{ keys: ['a'], ttl: 0 }, 'ttl'],
      [{ keys: ['a'], ttl: 86_401 }, 'ttl'],
      [{ ttl: 5 }, 'keys']
    ] as const)
      isProblem(t, await call('POST', '/v1/entries/touch', { json }), 400, field)
  }
)
