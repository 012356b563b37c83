import t from 'tap'
import { interleave } from '../../../bench/load/interleave.js'

t.test('every round has each entrant once, and begins with another', async (t) => {
  const order: string[] = []
  const measured = await interleave(['a', 'b', 'c'], 4, async (entrant) => order.push(entrant))
  t.equal(order.join(''), 'abc' + 'bca' + 'cab' + 'abc')
  t.strictSame(
    [...measured],
    [
      ['a', [1, 6, 8, 10]],
      ['b', [2, 4, 9, 11]],
      ['c', [3, 5, 7, 12]]
    ]
  )
})

t.test('one is measured when the one before has been', async (t) => {
  let isBusy = false
  await interleave(['a', 'b'], 3, async () => {
    t.notOk(isBusy)
    isBusy = true
    await new Promise(setImmediate)
    isBusy = false
  })
})
