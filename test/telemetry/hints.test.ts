import t from 'tap'
import { EPOCH_ADVICE, STORE_HINTS } from '../../src/telemetry/hints.js'

t.test('a hint says what to do: each fault of the store has one that fits it', async (t) => {
  t.match(STORE_HINTS, {
    full: /raise maxmemory/,
    credentials: /REDIS_PASSWORD/,
    permission: /ACL/,
    refused: /which one the reason names/,
    'cross-slot': /KEY_PREFIX/,
    'foreign-value': /another prefix/,
    'lost-records': /replication/,
    maxclients: /raise maxclients/,
    'read-only': /primary/,
    loading: /wait/,
    'failing-over': /wait/,
    persistence: /disk space/,
    busy: /SCRIPT KILL/,
    timeout: /SLOWLOG/,
    unreachable: /check that it runs/,
    closed: /was cut/
  })
  for (const [kind, hint] of Object.entries(STORE_HINTS)) t.match(hint, /Redis/, kind)
})

t.test('each reason of a new epoch has a sentence and a hint', async (t) => {
  t.match(EPOCH_ADVICE, {
    'no-epoch': { text: 'no epoch', hint: /restarts/ },
    'another-server': { text: 'another server', hint: /restarts/ },
    'lost-records': { text: 'lost invalidations', hint: /failover/ },
    evictions: { text: 'evictions under allkeys', hint: /volatile-lru/ },
    'damaged-index': { text: 'a damaged index', hint: /flushes/ },
    'everything-invalidated': { text: 'everything was invalidated', hint: /Somebody/ }
  })
})
