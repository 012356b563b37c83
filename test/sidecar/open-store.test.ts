import t from 'tap'
import { readConfig } from '../../src/config/config.js'
import { openStore } from '../../src/sidecar/open-store.js'
import { createRecorder } from '../stores/observer.js'

t.test('the store in memory has no client', async (t) => {
  const store = openStore(readConfig({ CACHE_STORE: 'memory' }), createRecorder())
  t.teardown(() => store.close())
  t.match(await store.stats(), { kind: 'memory' })
  t.equal(store.client, undefined)
})

t.test('an address of Redis that cannot be used is an error of the configuration', async (t) => {
  for (const [environment, message] of [
    [{ REDIS_URL: 'redis+http://:secret@h' }, /^REDIS_URL=\(hidden\): must be /],
    [
      { REDIS_URL: 'redis+cluster://h:1', KEY_PREFIX: 'spms:' },
      /^KEY_PREFIX=spms:: must hold a hash tag .* all keys are in one slot$/
    ]
  ] as const) {
    t.throws(() => openStore(readConfig(environment), createRecorder()), { name: 'ConfigError', message })
  }
})
