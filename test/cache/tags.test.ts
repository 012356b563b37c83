import t from 'tap'
import { UNKNOWN_USER_TAG } from '../../src/cache/tags.js'
import { compileGlob } from '../../src/cache/invalidate/glob.js'
import { parseName } from '../../src/cache/names.js'

t.test('the tag of unknown callers is a name that no user number makes', async (t) => {
  t.match(parseName(UNKNOWN_USER_TAG, 'spms:'), { outcome: 'valid' })
  t.match(UNKNOWN_USER_TAG, /^user:\D/)
  t.ok(compileGlob('user:*')(UNKNOWN_USER_TAG))
})
