import t from 'tap'
import { createMemo } from '../../src/cache/lru.js'

t.test('it tells what it was told', async (t) => {
  const memo = createMemo<number>(2)
  t.equal(memo.get('a'), undefined)
  t.equal(memo.set('a', 1), 1)
  t.equal(memo.get('a'), 1)
})

t.test('what is used stays, the rest goes, and it never holds more than twice its capacity', async (t) => {
  const memo = createMemo<number>(2)
  memo.set('used', 0)
  for (let n = 0; n < 100; n++) {
    memo.set(`once ${n}`, n)
    t.equal(memo.get('used'), 0)
  }
  const kept = Array.from({ length: 100 }, (_, n) => n).filter((n) => memo.get(`once ${n}`) !== undefined)
  t.ok(kept.length < 4, `${kept.length} of the others`)
})

t.test('a long text is not kept', async (t) => {
  const memo = createMemo<number>(2)
  t.equal(memo.set('x'.repeat(2049), 1), 1)
  t.equal(memo.get('x'.repeat(2049)), undefined)
})
