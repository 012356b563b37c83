import t from 'tap'
import { nameIn, proofKey, UNKNOWN_USER_TAG, userTag, valueKey } from '../../src/cache/tags.js'
import { compileGlob } from '../../src/cache/invalidate/glob.js'
import { parseName } from '../../src/cache/names.js'

t.test('the tag of unknown callers is a name that no user number makes', async (t) => {
  t.match(parseName(UNKNOWN_USER_TAG, 'spms:'), { outcome: 'valid' })
  t.match(UNKNOWN_USER_TAG, /^user:\D/)
  t.ok(compileGlob('user:*')(UNKNOWN_USER_TAG))
})

t.test('a user whose number is not known has the tag of unknown users', async (t) => {
  t.equal(userTag('7'), 'user:7')
  t.equal(userTag(undefined), UNKNOWN_USER_TAG)
})

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
