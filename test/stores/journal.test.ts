import t from 'tap'
import { invalidationOf } from '../../src/cache/invalidation.js'
import { Journal } from '../../src/stores/journal.js'

const named = (key: string) => invalidationOf({ keys: [key] })

void t.test('gives back every name once, whatever it was named by', (t) => {
  const journal = new Journal()
  t.equal(journal.take(), undefined)
  journal.add(invalidationOf({ keys: ['a', 'b'], tags: ['t'] }))
  journal.add(invalidationOf({ keys: ['b'], patterns: ['p*'] }))
  t.equal(journal.size, 4)
  const taken = journal.take()
  t.strictSame(taken, invalidationOf({ keys: ['a', 'b'], tags: ['t'], patterns: ['p*'] }))
  t.equal(journal.size, 4, 'pending until it is done')
  if (taken) journal.putBack(taken)
  t.equal(journal.size, 4)
  t.strictSame(journal.take(), taken)
  journal.done('1-1')
  t.equal(journal.size, 0)
  t.end()
})

void t.test('gives back a thousand names of a kind at a time', (t) => {
  const journal = new Journal()
  for (let key = 0; key < 1500; key++) journal.add(named(String(key)))
  t.equal(journal.take()?.keys.length, 1000)
  t.equal(journal.take()?.keys.length, 500)
  t.equal(journal.take(), undefined)
  t.end()
})

void t.test(
  'an overflow leaves one invalidation of everything, which covers what comes before it is taken',
  (t) => {
    const journal = new Journal(3)
    for (const key of ['a', 'b', 'c']) journal.add(named(key))
    t.equal(journal.size, 3)
    for (const key of ['d', 'e']) journal.add(named(key))
    t.equal(journal.size, 1)
    t.strictSame(journal.take(), invalidationOf({ all: true, patterns: ['kept:*'] }))
    journal.done('1-1')
    t.equal(journal.size, 0)
    t.end()
  }
)

void t.test('who waits is told once all that was there has been carried out', (t) => {
  const journal = new Journal()
  const told: string[] = []
  const wait = (who: string): (() => void) => journal.whenDone((position) => told.push(`${who} ${position}`))
  for (let key = 0; key < 1001; key++) journal.add(named(String(key)))
  wait('first')
  const forget = wait('left')
  journal.take()
  journal.done('1-0')
  t.strictSame(told, [], 'one name is still there')
  const last = journal.take()
  journal.add(named('later'))
  wait('second')
  forget()
  if (last) journal.putBack(last)
  t.strictSame(told, [], 'it has failed')
  journal.take()
  journal.add(named('latest'))
  wait('third')
  journal.done('2-0')
  t.strictSame(told.sort(), ['first 2-0', 'second 2-0'])
  journal.take()
  journal.done('3-0')
  t.strictSame(told.slice(2), ['third 3-0'])
  t.end()
})

void t.test('a name that comes while it is being carried out is pending again', (t) => {
  const journal = new Journal()
  journal.add(named('a'))
  const taken = journal.take()
  journal.add(named('a'))
  t.strictSame(journal.take(), taken)
  t.end()
})
