import { nameIn, proofKey, valueKey } from '../../../src/cache/tags.js'
import { globSteps } from '../../../src/cache/invalidate/glob.js'
import t from 'tap'
import { type Invalidation, invalidationOf, kindsOf } from '../../../src/cache/invalidation.js'
import { asRecord, isReached } from '../../../src/cache/invalidate/matcher.js'

void t.test('what is not named is empty', (t) => {
  t.strictSame(invalidationOf({}), { keys: [], tags: [], patterns: [], all: false })
  t.strictSame(invalidationOf({ tags: ['t'], all: true }), { keys: [], tags: ['t'], patterns: [], all: true })
  t.end()
})

void t.test('kinds are those that are named', (t) => {
  t.strictSame(kindsOf(invalidationOf({})), [])
  t.strictSame(kindsOf(invalidationOf({ keys: ['a'], patterns: ['b'] })), ['key', 'pattern'])
  t.strictSame(kindsOf(invalidationOf({ tags: ['a'], all: true })), ['tag', 'all'])
  t.end()
})

const REACHED: readonly [string, Partial<Invalidation>, string, string[], boolean][] = [
  ['nothing named', {}, 'a', ['t'], false],
  ['its key', { keys: ['x', 'a'] }, 'a', [], true],
  ['its key, of a value', { keys: ['a'] }, valueKey('a'), [], true],
  ['another key', { keys: ['ab', 'A'] }, 'a', [], false],
  ['its tag', { tags: ['t'] }, 'a', ['s', 't'], true],
  ['a key that is its tag', { keys: ['t'] }, 'a', ['t'], true],
  ['a tag that is its key', { tags: ['a'] }, 'a', [], false],
  ['a pattern over its key', { patterns: ['b', 'a*'] }, 'abc', [], true],
  ['a pattern over its key, of a value', { patterns: ['a*'] }, valueKey('abc'), [], true],
  ['a pattern over its tag', { patterns: ['t?'] }, 'a', ['x', 't1'], true],
  ['a pattern over neither', { patterns: ['t?'] }, 'a', ['t'], false],
  ['everything', { all: true }, 'a', [], true],
  ['a proof by its tag', { tags: ['t'] }, proofKey('p'), ['t'], true],
  ['a proof by a pattern over its tag', { patterns: ['*'] }, proofKey('p'), ['t'], true],
  ['a proof by its name', { keys: ['p', '@proof:p'] }, proofKey('p'), [], false],
  ['a proof by a pattern over its name', { patterns: ['*', '@*', 'p'] }, proofKey('p'), [], false],
  ['a value by its slot', { keys: ['@value:a'], patterns: ['@*'] }, valueKey('a'), [], false]
]

void t.test('an entry is reached by', (t) => {
  for (const [title, named, storeKey, tags, expected] of REACHED) {
    t.equal(isReached([invalidationOf(named)], storeKey, tags), expected, title)
  }
  t.end()
})

void t.test('any one of the records is enough', (t) => {
  const records = [invalidationOf({ keys: ['x'] }), invalidationOf({ tags: ['t'] })]
  t.ok(isReached(records, 'a', ['t']))
  t.notOk(isReached(records, 'a', ['u']))
  t.notOk(isReached([], 'a', ['t']))
  t.end()
})

void t.test('the key of a store key is what an invalidation would name', (t) => {
  t.equal(nameIn('a'), 'a')
  t.equal(nameIn('@value:@value:a'), '@value:a')
  t.equal(nameIn('@proof:a'), undefined)
  t.equal(nameIn('@epoch'), undefined)
  t.end()
})

void t.test(
  'an entry that takes long to be compared counts as reached, and that is soon known',
  async (t) => {
    const tags = Array.from({ length: 2000 }, (_, at) => `project:${at}:`.padEnd(100, 'ab'))
    const patterns = Array.from({ length: 200 }, (_, at) => `*a*b*a*b*a*b*a*${at}c`)
    t.notOk(isReached([invalidationOf({ patterns })], 'a', tags.slice(0, 5)), 'few tags are compared')
    const before = globSteps()
    t.ok(isReached([invalidationOf({ patterns })], 'a', tags))
    t.ok(globSteps() - before < 300_000, `${globSteps() - before} steps`)
  }
)

void t.test('what has more than 8 KiB of names stands in the log as everything', async (t) => {
  const small = invalidationOf({ keys: ['é'.repeat(200)], tags: ['t'], patterns: ['p*'] })
  t.equal(asRecord(small), small)
  const keys = Array.from({ length: 200 }, (_, at) => `${at}`.padStart(41, '0'))
  t.match(asRecord(invalidationOf({ keys })), { all: true, keys: [] })
  t.equal(asRecord(invalidationOf({ keys: keys.slice(0, 180) })).all, false)
})
