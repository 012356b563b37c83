import t from 'tap'
import { readConfig } from '../../src/config/config.js'
import { readResources } from '../../src/resources/load.js'
import { checkPrefix } from '../../src/sidecar/check-prefix.js'

const { description } = readResources(undefined, { defaultTtlSeconds: 300, maxTtlSeconds: 86_400 })

const check = (prefix: string): void => checkPrefix(readConfig({ KEY_PREFIX: prefix }), description)

t.test(
  'a prefix that begins a name is refused, because invalidations would not reach that name',
  async (t) => {
    for (const prefix of [
      'user:',
      'u',
      '{user}:',
      'user:5',
      'branches',
      'b',
      'staff:',
      'family:',
      'agency:all:'
    ]) {
      t.throws(
        () => check(prefix),
        { name: 'ConfigError', message: `KEY_PREFIX=${prefix}: must not begin a name` },
        prefix
      )
    }
  }
)

t.test('any other is taken', async (t) => {
  for (const prefix of ['spms:', '{spms}:', 'users-cache:', 'x', 'spms:1:', 'staging.user:'])
    t.doesNotThrow(() => check(prefix), prefix)
})
