import t from 'tap'
import { needsOwnRedis, startRedis } from '../support/redis-server.js'
import { startSidecar } from '../support/sidecar-process.js'
import { sendCrowd } from './crowd.js'
import { startBackend } from './start-backend.js'

/** `CROWD_SECONDS=720 npm test -- --timeout=900 test/backend/crowd.test.ts` is a longer look. */
const SECONDS = Number(process.env['CROWD_SECONDS'] ?? 12)
const SESSIONS = 20
/** So that every worker is replaced several times. */
const MAX_REQUESTS = 60
const WORKERS = 3
/** How long Redis is gone. */
const AWAY_MS = 1000

t.test('no page fails while Redis is killed and workers are replaced', { skip: needsOwnRedis }, async (t) => {
  const backend = await startBackend({ workers: WORKERS, maxRequests: MAX_REQUESTS })
  const redis = await startRedis()
  const environment = { ORIGIN_URL: backend.url, REDIS_URL: redis.url, LOG_LEVEL: 'error' }
  const sidecars = await Promise.all([startSidecar(environment), startSidecar(environment)])
  t.teardown(async () => {
    await Promise.all(sidecars.map((sidecar) => sidecar.stop()))
    await backend.stop()
    await redis.stop()
  })

  const crowd = sendCrowd({
    backend: backend.url,
    proxies: sidecars.map(({ proxy }) => proxy),
    sessions: SESSIONS,
    seconds: SECONDS,
    pauseMs: 200
  })

  const kills = Math.ceil(SECONDS / 90)
  const pause = () => new Promise((wake) => setTimeout(wake, (SECONDS * 1000) / (kills + 1) - AWAY_MS))
  for (let kill = 0; kill < kills; kill++) {
    await pause()
    await redis.kill()
    await new Promise((wake) => setTimeout(wake, AWAY_MS))
    await redis.restart()
  }
  const { pages, edits, failures, rows } = await crowd
  const replaced = backend.said().split('Booting worker').length - 1 - WORKERS
  t.ok(replaced > 0, `${replaced} workers were replaced`)
  t.strictSame(failures, [], `${pages} pages and ${edits} edits, ${kills} times without Redis`)
  t.ok(pages > SESSIONS && edits > 0, 'somebody came, and edited')
  for (const [row, { reads, hits }] of rows)
    t.comment(`${row}: ${Math.round((100 * hits) / reads)} % of ${reads}`)
  const total = [...rows.values()].reduce((sum, { hits }) => sum + hits, 0)
  t.ok(total > 0, `${Math.round((100 * total) / pages)} % of all pages are hits`)
})
