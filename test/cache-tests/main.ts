import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis } from '../support/redis-server.js'
import { startSidecar } from '../support/sidecar-process.js'
import { printReport } from './report.js'
import { prepareSuite, runSuite, startSuiteServer } from './suite.js'

/**
 * Runs http-tests/cache-tests against the built sidecar, on the embedded store and on Redis: `main.ts [<checkout>] [<store>]`.
 * Without a checkout the suite comes from GitHub. Prints what passes as a table, and each test that does not.
 */
const main = async ([checkout, only]: readonly string[]): Promise<void> => {
  const suite = await prepareSuite(checkout)
  const folder = await mkdtemp(join(tmpdir(), 'cache-tests-'))
  const server = await startSuiteServer(suite, folder)
  const redis = await startRedis()
  const stores = ['memory', 'redis'].filter((store) => only === undefined || store === only)
  for (const store of stores) {
    const sidecar = await startSidecar({
      ORIGIN_URL: server.url,
      CACHE_STORE: store,
      REDIS_URL: redis.url,
      RESOURCES_FILE: join(import.meta.dirname, 'resources.yaml'),
      LOG_LEVEL: 'error'
    })
    await printReport(suite, store, await runSuite(suite, sidecar.proxy))
    await sidecar.stop()
  }
  await redis.stop()
  server.stop()
}

await main(process.argv.slice(2))
