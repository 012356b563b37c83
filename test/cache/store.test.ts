import t from 'tap'
import { keyOfSlot, proofSlot, valueSlot } from '../../src/cache/store.js'

t.test('a slot leads back to the key that an invalidation names', async (t) => {
  t.equal(keyOfSlot('user:5:projects'), 'user:5:projects')
  t.equal(keyOfSlot(valueSlot('user:5:projects')), 'user:5:projects')
  t.equal(keyOfSlot(valueSlot('value:a')), 'value:a')
})

t.test('a proof has no key: only its tags reach it', async (t) => {
  t.equal(keyOfSlot(proofSlot('digest')), undefined)
  t.equal(keyOfSlot(proofSlot('value:a')), undefined)
})

t.test('an entry, a value and a proof of one name lie apart', async (t) => {
  t.equal(new Set(['a', valueSlot('a'), proofSlot('a')]).size, 3)
})
