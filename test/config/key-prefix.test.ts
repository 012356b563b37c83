import t from 'tap'
import { readConfig } from '../../src/config/config.js'
import { ADDRESSES } from './key-prefixes.js'

t.test('where Redis shards by slot, or may, the prefix has braces unless it is set', async (t) => {
  for (const [REDIS_URL, prefix] of ADDRESSES) {
    t.equal(readConfig({ REDIS_URL }).KEY_PREFIX, prefix, REDIS_URL)
    t.equal(readConfig({ REDIS_URL, KEY_PREFIX: ' ' }).KEY_PREFIX, prefix)
    t.equal(readConfig({ REDIS_URL, KEY_PREFIX: 'mine:' }).KEY_PREFIX, 'mine:')
  }
  t.equal(readConfig({}).KEY_PREFIX, 'spms:')
})
