import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis } from '../support/redis-server.js'
import { startSidecar } from '../support/sidecar-process.js'
import { openReport, tableOf } from './report.js'
import { prepareSuite, runSuite, startSuiteServer } from './suite.js'

const STORES = ['memory', 'redis']

/**
 * Runs http-tests/cache-tests through the built sidecar: `main.ts [<checkout>] [memory|redis]`, both stores unless told.
 * Without a checkout the suite comes from GitHub. Prints each test that does not pass, and a table of how many do.
 */
const main = async (args: readonly string[]): Promise<void> => {
  const suite = await prepareSuite(args.find((arg) => !STORES.includes(arg)))
  const report = await openReport(suite)
  const server = await startSuiteServer(suite, await mkdtemp(join(tmpdir(), 'cache-tests-')))
  const redis = await startRedis()
  const rows: (readonly string[])[] = []
  const asked = STORES.filter((store) => args.includes(store))
  for (const store of asked.length > 0 ? asked : STORES) {
    const sidecar = await startSidecar({
      ORIGIN_URL: server.url,
      CACHE_STORE: store,
      REDIS_URL: redis.url,
      // A busy machine must not make a miss of a hit.
      REDIS_COMMAND_TIMEOUT_MS: '3000',
      RESOURCES_FILE: join(import.meta.dirname, 'resources.yaml'),
      LOG_LEVEL: 'error'
    })
    const results = await runSuite(suite, sidecar.proxy)
    await sidecar.stop()
    const name = `this sidecar, ${store}`
    console.log([name, ...report.failures(results), ''].join('\n'))
    rows.push(report.row(name, results))
  }
  await redis.stop()
  server.stop()
  console.log(tableOf([...rows, ...(await report.published())]))
}

await main(process.argv.slice(2))
