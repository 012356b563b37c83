import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { openDoor, type OpenDoor } from './open-door.js'

const KEYS = ['a', 'b', 'n']

const fill = async ({ call }: OpenDoor): Promise<void> => {
  const entries = KEYS.map((key) => ({ key, value: '1', tags: ['t'], ttl: 86_400 }))
  await call('POST', '/v1/entries/set', { json: { entries } })
}

/** What a refused request must leave as it is. */
const contents = async ({ store }: OpenDoor): Promise<unknown> => [
  await store.read(KEYS.map((key) => `@value:${key}`)),
  await store.stats()
]

const name = fc.oneof(
  fc.constantFrom('a', 'b', 'spms:n', '', '@a', 'a b', '*', '__proto__'),
  fc.string({ unit: 'grapheme' })
)
const integer = fc.oneof(fc.integer(), fc.constantFrom('5', 0, 1.5, null, 86_401, 2 ** 53))
const list = fc.oneof(fc.array(name, { maxLength: 4 }), name)
const json = fc.oneof(
  fc.jsonValue(),
  fc.record({ keys: list, tags: list, patterns: list, all: fc.boolean() }, { requiredKeys: [] }),
  fc.record({ by: integer }, { requiredKeys: [] }),
  fc.record({
    entries: fc.array(
      fc.record(
        {
          key: name,
          value: fc.string(),
          base64: fc.base64String(),
          ttl: integer,
          tags: list,
          contentType: name
        },
        { requiredKeys: ['key'] }
      ),
      { maxLength: 4 }
    )
  })
)
const body = fc.oneof(
  { weight: 4, arbitrary: json.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.uint8Array().map((bytes) => Buffer.from(bytes)) }
)
const segment = name.map((text) => encodeURIComponent(text))
const path = fc.oneof(
  segment.map((key) => `/v1/entries/${key}`),
  segment.map((key) => `/v1/entries/${key}/touch`),
  segment.map((key) => `/v1/entries/${key}/increment`),
  fc.constantFrom('/v1/entries/get', '/v1/entries/set', '/v1/invalidations', '/v1/stats'),
  fc.webPath()
)
const parameter = fc.oneof(
  integer.map((value) => `ttl=${value}`),
  segment.map((tag) => `tag=${tag}`),
  segment.map((position) => `position=${position}`),
  fc.webQueryParameters()
)
const query = fc
  .array(parameter, { maxLength: 2 })
  .map((parts) => (parts.length > 0 ? `?${parts.join('&')}` : ''))
const headers = fc.record(
  {
    'content-type': fc.constantFrom('application/json', 'text/plain', 'x', 'application/json; charset=utf-8'),
    'if-match': fc.constantFrom('*', '"x"', 'x', ''),
    'if-none-match': fc.constantFrom('*', '"x"', 'x', '')
  },
  { requiredKeys: [] }
)
const request = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'PATCH'),
  target: fc.tuple(path, query).map((parts) => parts.join('')),
  headers,
  body
})

t.test('no request is a 5xx, and no 4xx changes anything', async (t) => {
  const door = await openDoor(t)
  await fill(door)
  const statuses = new Set<number>()
  await fc.assert(
    fc.asyncProperty(request, async ({ method, target, headers, body }) => {
      const before = await contents(door)
      const isBodiless = method === 'GET' || method === 'HEAD'
      const answer = await door.call(method, target, isBodiless ? { headers } : { headers, body })
      statuses.add(answer.status)
      assert.ok(answer.status < 500, answer.text())
      if (answer.status < 400) return fill(door)
      assert.equal(answer.headers['content-type'], 'application/problem+json')
      assert.deepEqual(await contents(door), before)
    }),
    { numRuns: 1000, seed: 1 }
  )
  const expected = [200, 204, 400, 404, 405, 415]
  t.ok(
    expected.every((status) => statuses.has(status)),
    [...statuses].sort().join(' ')
  )
})
