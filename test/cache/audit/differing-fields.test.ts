import fc from 'fast-check'
import t from 'tap'
import { differingFields, MOST_FIELDS } from '../../../src/cache/audit/differing-fields.js'

const ignored = (...fields: string[]) => fields.map((field) => field.split('.'))

t.test('fields that differ are named, places of a list by *', async (t) => {
  const one = { id: 1, title: 'a', members: [{ id: 1, name: 'x' }, { id: 2 }], tags: ['a'], same: { a: [1] } }
  const other = { id: 1, title: 'b', members: [{ id: 1, name: 'y' }, { id: 2 }], tags: [], same: { a: [1] } }
  t.strictSame(differingFields(one, other), ['members.*.name', 'tags', 'title'])
  t.strictSame(differingFields({ a: 1 }, { b: 1 }), ['a', 'b'])
  t.strictSame(differingFields([1], { 0: 1 }), ['(whole)'])
  t.strictSame(differingFields(null, {}), ['(whole)'])
  t.strictSame(differingFields({ a: null }, { a: 0 }), ['a'])
})

t.test('what is ignored is not compared, with all that is in it', async (t) => {
  const one = { updated_at: 1, meta: { seen: 1, by: 'a' }, items: [{ n: 1 }, { n: 2 }], count: 1 }
  const other = { updated_at: 2, meta: { seen: 2, by: 'b' }, items: [{ n: 3 }, { n: 4 }], count: 2 }
  t.strictSame(differingFields(one, other, ignored('updated_at', 'meta', 'items.*.n')), ['count'])
  t.strictSame(differingFields(one, other, ignored('*.seen', 'items')), ['count', 'meta.by', 'updated_at'])
})

t.test('a name that may be a value is not told', async (t) => {
  t.strictSame(
    differingFields({ 'ann@example.org': 1, ok: { 12: 1 } }, { 'ann@example.org': 2, ok: { 12: 2 } }),
    ['(name)', 'ok.(name)']
  )
})

t.test('deep and wide bodies are compared in bounded steps', async (t) => {
  const nested = (depth: number, leaf: string): unknown =>
    JSON.parse('['.repeat(depth) + leaf + ']'.repeat(depth))
  t.strictSame(differingFields(nested(5000, '1'), nested(5000, '2')), ['*.*.*.*.*.*.*.*'])
  const wide = (value: number) =>
    Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`f${'x'.repeat(at)}`, value]))
  t.ok(differingFields(wide(1), wide(2)).length <= MOST_FIELDS)
})

t.test('two values have differing fields if and only if they differ', async (t) => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      const [left, right] = [
        JSON.parse(JSON.stringify(one)) as unknown,
        JSON.parse(JSON.stringify(other)) as unknown
      ]
      const isSame = JSON.stringify(sorted(left)) === JSON.stringify(sorted(right))
      return (
        (differingFields(left, right).length === 0) === isSame && differingFields(left, left).length === 0
      )
    }),
    { numRuns: 1000 }
  )
  t.pass('1,000 random pairs')
})

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)])
  )
}
