import { nameIn, proofKey, valueKey } from '../../src/cache/tags.js'
import t from 'tap'

t.test('a store key leads back to the key that an invalidation names', async (t) => {
  t.equal(nameIn('user:5:projects'), 'user:5:projects')
  t.equal(nameIn(valueKey('user:5:projects')), 'user:5:projects')
  t.equal(nameIn(valueKey('value:a')), 'value:a')
})

t.test('a proof has no key: only its tags reach it', async (t) => {
  t.equal(nameIn(proofKey('digest')), undefined)
  t.equal(nameIn(proofKey('value:a')), undefined)
})

t.test('an entry, a value and a proof of one name lie apart', async (t) => {
  t.equal(new Set(['a', valueKey('a'), proofKey('a')]).size, 3)
})
