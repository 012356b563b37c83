import t from 'tap'
import { createFolding } from '../../src/concurrency/folding.js'

const setUp = (run?: (work: string) => Promise<string>) => {
  const timers: (() => void)[] = []
  const done: string[] = []
  const folded: [key: string, count: number][] = []
  const fold = createFolding<string, string>({
    intervalMs: 100,
    run:
      run ??
      (async (work) => {
        done.push(work)
        return `did ${work}`
      }),
    merge: (works) => works.join('+'),
    folded: (key, count) => folded.push([key, count]),
    after: (_, elapsed) => timers.push(elapsed)
  })
  return { fold, done, folded, elapse: () => timers.shift()?.(), timers }
}

t.test('the first is done at once, the next ones as one at the end of the interval', async (t) => {
  const { fold, done, folded, elapse } = setUp()
  t.equal(await fold('k', 'a'), 'did a')
  const rest = [fold('k', 'b'), fold('k', 'c')]
  t.same(done, ['a'])
  elapse()
  t.same(await Promise.all(rest), ['did b+c', 'did b+c'])
  t.same(folded, [['k', 2]])
})

t.test('the interval begins anew with each run, and is forgotten after a quiet one', async (t) => {
  const { fold, done, elapse, timers } = setUp()
  await fold('k', 'a')
  const second = fold('k', 'b')
  elapse()
  await second
  const third = fold('k', 'c')
  t.same(done, ['a', 'b'], 'an interval after the second')
  elapse()
  await third
  elapse()
  t.equal(timers.length, 0)
  t.equal(await fold('k', 'd'), 'did d')
})

t.test('keys do not wait for each other', async (t) => {
  const { fold, done } = setUp()
  await fold('k', 'a')
  await fold('l', 'b')
  t.same(done, ['a', 'b'])
})

t.test('a failure is that of all who waited', async (t) => {
  const { fold, elapse } = setUp(async (work) => {
    if (work !== 'a') throw new Error(work)
    return work
  })
  await fold('k', 'a')
  const rest = [fold('k', 'b'), fold('k', 'c')]
  elapse()
  for (const each of rest) await t.rejects(each, { message: 'b+c' })
})
