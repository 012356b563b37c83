import t from 'tap'
import {
  contentTypeOf,
  entryOf,
  integerIn,
  renewed,
  valueOf,
  type NewValue
} from '../../../src/cache/values/value.js'
import { entry } from '../fixtures.js'

const newValue = (named: Partial<NewValue> = {}): NewValue => ({
  key: 'a',
  body: Buffer.from('one'),
  contentType: 'text/plain',
  tags: ['x', 'y'],
  ttlSeconds: 60,
  ...named
})

t.test('a value becomes an entry that is never stale and says what it was', async (t) => {
  const made = entryOf(newValue(), 1000)
  t.match(made, {
    freshUntil: 61_000,
    staleWhileRevalidateUntil: 61_000,
    staleIfErrorUntil: 61_000,
    generatedAt: 1000
  })
  t.same(valueOf(made, 21_000), {
    body: Buffer.from('one'),
    contentType: 'text/plain',
    etag: made.etag,
    ageSeconds: 20,
    ttlSeconds: 40
  })
})

t.test('the validator is that of key-independent content: bytes, type and tags in any order', async (t) => {
  const { etag } = entryOf(newValue(), 0)
  t.equal(entryOf(newValue({ key: 'b', ttlSeconds: 1, tags: ['y', 'x', 'x'] }), 5).etag, etag)
  t.not(entryOf(newValue({ body: Buffer.from('two') }), 0).etag, etag)
  t.not(entryOf(newValue({ contentType: 'text/html' }), 0).etag, etag)
  t.not(entryOf(newValue({ tags: ['x'] }), 0).etag, etag)
})

t.test('a renewed entry differs in its expiry only', async (t) => {
  const made = entryOf(newValue(), 0)
  t.same(renewed(made, 99, 50), {
    ...made,
    freshUntil: 99,
    staleWhileRevalidateUntil: 99,
    staleIfErrorUntil: 99
  })
})

t.test('one that is of a clock ahead of this one counts as made now', async (t) => {
  t.match(renewed(entryOf(newValue(), 1000), 99, 50), { generatedAt: 50, freshUntil: 99 })
})

t.test('an entry without a type is bytes', async (t) => {
  t.equal(contentTypeOf(entry({ headers: [] })), 'application/octet-stream')
})

t.test('only the exact decimal text of an exact integer is a number', async (t) => {
  const numbers = { '0': 0, '-1': -1, '42': 42, '9007199254740991': 9007199254740991 }
  for (const [text, number] of Object.entries(numbers)) t.equal(integerIn(Buffer.from(text)), number, text)
  const others = ['', '-0', '01', '+1', ' 1', '1 ', '1.0', '1e3', '9007199254740992', '1'.repeat(18), 'x']
  for (const text of others) t.equal(integerIn(Buffer.from(text)), undefined, text)
})
