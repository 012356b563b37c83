import t from 'tap'
import { invalidationOf } from '../../src/cache/invalidation.js'
import { createJournal } from '../../src/stores/journal.js'

const named = (key: string) => invalidationOf({ keys: [key] })

void t.test('gives back what it was given, oldest first', (t) => {
  const journal = createJournal()
  t.equal(journal.first(), undefined)
  for (const key of ['a', 'b']) journal.add(named(key))
  t.equal(journal.size, 2)
  const first = journal.first()
  t.strictSame(first, named('a'))
  if (first) journal.done(first)
  t.strictSame(journal.first(), named('b'))
  t.equal(journal.size, 1)
  t.end()
})

void t.test('an overflow leaves one invalidation of everything, and what comes after it', (t) => {
  const journal = createJournal(3)
  for (const key of ['a', 'b', 'c']) journal.add(named(key))
  t.equal(journal.size, 3)
  journal.add(named('d'))
  t.equal(journal.size, 1)
  t.strictSame(journal.first(), invalidationOf({ all: true }))
  journal.add(named('e'))
  t.equal(journal.size, 2)
  t.end()
})

void t.test('an overflow while the first one is carried out is not forgotten with it', (t) => {
  const journal = createJournal(1)
  journal.add(named('a'))
  const first = journal.first()
  journal.add(named('b'))
  if (first) journal.done(first)
  t.strictSame(journal.first(), invalidationOf({ all: true }))
  t.end()
})

void t.test('two equal invalidations are two', (t) => {
  const journal = createJournal()
  const first = named('a')
  journal.add(first)
  journal.add(named('a'))
  journal.done(first)
  journal.done(first)
  t.equal(journal.size, 1)
  t.end()
})
