import t from 'tap'
import { type Invalidation, invalidationOf, isReached, kindsOf } from '../../src/cache/invalidation.js'
import { keyOfSlot, proofSlot, valueSlot } from '../../src/cache/store.js'

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
  ['its key, of a value', { keys: ['a'] }, valueSlot('a'), [], true],
  ['another key', { keys: ['ab', 'A'] }, 'a', [], false],
  ['its tag', { tags: ['t'] }, 'a', ['s', 't'], true],
  ['a key that is its tag', { keys: ['t'] }, 'a', ['t'], true],
  ['a tag that is its key', { tags: ['a'] }, 'a', [], false],
  ['a pattern over its key', { patterns: ['b', 'a*'] }, 'abc', [], true],
  ['a pattern over its key, of a value', { patterns: ['a*'] }, valueSlot('abc'), [], true],
  ['a pattern over its tag', { patterns: ['t?'] }, 'a', ['x', 't1'], true],
  ['a pattern over neither', { patterns: ['t?'] }, 'a', ['t'], false],
  ['everything', { all: true }, 'a', [], true],
  ['a proof by its tag', { tags: ['t'] }, proofSlot('p'), ['t'], true],
  ['a proof by a pattern over its tag', { patterns: ['*'] }, proofSlot('p'), ['t'], true],
  ['a proof by its name', { keys: ['p', '@proof:p'] }, proofSlot('p'), [], false],
  ['a proof by a pattern over its name', { patterns: ['*', '@*', 'p'] }, proofSlot('p'), [], false],
  ['a value by its slot', { keys: ['@value:a'], patterns: ['@*'] }, valueSlot('a'), [], false]
]

void t.test('an entry is reached by', (t) => {
  for (const [title, named, slot, tags, expected] of REACHED) {
    t.equal(isReached([invalidationOf(named)], slot, tags), expected, title)
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

void t.test('the key of a slot is what an invalidation would name', (t) => {
  t.equal(keyOfSlot('a'), 'a')
  t.equal(keyOfSlot('@value:@value:a'), '@value:a')
  t.equal(keyOfSlot('@proof:a'), undefined)
  t.equal(keyOfSlot('@epoch'), undefined)
  t.end()
})
