import t from 'tap'
import { isSliceOver, mapInSlices, nextSlice } from '../../src/concurrency/time-slices.js'

/** Keeps the event loop busy. */
const work = (ms: number): void => {
  for (const until = performance.now() + ms; performance.now() < until;);
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

void t.test('work that is short needs no turn', async (t) => {
  await turn()
  const answers = [isSliceOver(), isSliceOver(), isSliceOver()]
  t.strictSame(answers, [false, false, false])
})

void t.test('the slice is over for all long work of the turn, and begins anew in the next', async (t) => {
  await turn()
  const before = isSliceOver()
  work(10)
  const after = [isSliceOver(), isSliceOver()]
  await turn()
  await turn()
  const later = isSliceOver()
  t.strictSame([before, ...after, later], [false, true, true, false])
})

void t.test('those that wait are resumed one a turn, in their order', async (t) => {
  const resumed: string[] = []
  let turns = 0
  let isOver = false
  const count = (): void => {
    turns++
    if (!isOver) setImmediate(count)
  }
  setImmediate(count)
  const wait = async (name: string): Promise<void> => {
    await nextSlice()
    resumed.push(`${name} ${turns}`)
    work(10)
    await nextSlice()
    resumed.push(`${name} ${turns}`)
  }
  await Promise.all([wait('a'), wait('b')])
  isOver = true
  t.strictSame(
    resumed.map((each) => each[0]),
    ['a', 'b', 'a', 'b']
  )
  t.equal(new Set(resumed.map((each) => each.slice(2))).size, 4, `in turns of their own: ${resumed.join()}`)
})

void t.test('a list is mapped in order while the event loop turns', async (t) => {
  let turns = 0
  let isOver = false
  const count = (): void => {
    turns++
    if (!isOver) setImmediate(count)
  }
  setImmediate(count)
  const mapped = await mapInSlices([1, 2, 3, 4, 5, 6], (each, at) => {
    work(5)
    return each * 10 + at
  })
  isOver = true
  t.strictSame(mapped, [10, 21, 32, 43, 54, 65])
  t.ok(turns >= 4, `${turns} turns`)
})

void t.test('an error ends the mapping', async (t) => {
  const fail = (): never => {
    throw new Error('no')
  }
  await t.rejects(mapInSlices([1], fail), { message: 'no' })
})
