import t from 'tap'
import { needsOwnRedis } from '../support/redis-server.js'
import { ENTRANTS, raceFence } from './fence.js'

/** `FENCE_SECONDS=60 npm test -- --timeout=300 test/django/fence.test.ts` is the whole run. */
const SECONDS = Number(process.env['FENCE_SECONDS'] ?? 5)

for (const entrant of ENTRANTS) {
  const isFenced = entrant === 'sidecar'
  const title = `cache-aside code over ${entrant} reads ${isFenced ? 'nothing' : 'something'} stale`
  t.test(title, { skip: needsOwnRedis }, async (t) => {
    const { reads, hits, stale, writes, errors } = await raceFence(entrant, SECONDS)
    t.strictSame(errors, [])
    t.ok(hits > reads / 10 && writes > SECONDS, `${reads} reads, ${hits} hits, ${writes} writes`)
    if (isFenced) t.equal(stale, 0, 'stale reads')
    else t.ok(stale > 0, `${stale} stale reads`)
  })
}
