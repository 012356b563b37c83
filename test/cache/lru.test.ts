import t from 'tap'
import { createLru } from '../../src/cache/lru.js'

const setUp = (max: number) => {
  const worked: string[] = []
  const lru = createLru(max, (text) => {
    worked.push(text)
    return text.length
  })
  return { lru, worked }
}

t.test('it tells what was worked out, and works it out once', async (t) => {
  const { lru, worked } = setUp(2)
  t.equal(lru.get('a'), undefined)
  t.equal(lru.memo('a'), 1)
  t.equal(lru.get('a'), 1)
  t.equal(lru.memo('a'), 1)
  t.same(worked, ['a'])
})

t.test('what is used stays, the rest goes, and it never holds more than its capacity', async (t) => {
  const { lru } = setUp(2)
  lru.memo('used')
  for (let n = 0; n < 100; n++) {
    lru.memo(`once ${n}`)
    t.equal(lru.get('used'), 4)
  }
  const kept = Array.from({ length: 100 }, (_, n) => n).filter((n) => lru.get(`once ${n}`) !== undefined)
  t.ok(kept.length < 2, `${kept.length} of the others`)
})

t.test('a long text is not kept', async (t) => {
  const { lru } = setUp(2)
  t.equal(lru.memo('x'.repeat(2049)), 2049)
  t.equal(lru.get('x'.repeat(2049)), undefined)
})

t.test('what is more than the text is told as a context', async (t) => {
  const lru = createLru<number, { readonly add: number }>(2, (text, { add }) => text.length + add)
  t.equal(lru.memo('a', { context: { add: 5 } }), 6)
  t.equal(lru.get('a'), 6)
})
