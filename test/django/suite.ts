// `npm run django-tests -- [memory|redis] [5.2|6.0] [Class[.test_name] …]`: Django's own tests of caches and sessions against the
// backend of `clients/django` and a running sidecar. Both stores and releases unless told, each with both serializers.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { endWithTest, exitOf } from '../support/children.js'
import { startRedis } from '../support/redis-server.js'
import { startSidecar } from '../support/sidecar-process.js'

const RELEASES = ['5.2', '6.0']
const STORES = ['memory', 'redis']
const SERIALIZERS = ['json', 'pickle']
const ROOT = join(import.meta.dirname, '..', '..')
const CLIENT = join(ROOT, 'clients', 'django')

interface Run {
  readonly release: string
  readonly store: string
  readonly serializer: string
  readonly labels: readonly string[]
}

/** Prints each line under the name of its run. Resolves with whether nothing failed. */
const runSuite = async ({ release, store, serializer, labels }: Run): Promise<boolean> => {
  // Where `npm run django-tests` has put them.
  const python = join(ROOT, '.tools', `django-suite-${release}`, 'bin', 'python')
  const source = join(ROOT, '.tools', `django-source-${release}`)
  const redis = store === 'redis' ? await startRedis() : undefined
  const sidecar = await startSidecar({
    CACHE_STORE: store,
    ...(redis !== undefined && { REDIS_URL: redis.url }),
    // A busy machine must not make a miss of a hit.
    REDIS_COMMAND_TIMEOUT_MS: '3000',
    LOG_LEVEL: 'error'
  })
  const child = spawn(python, ['-m', 'django_suite.run', ...labels], {
    cwd: CLIENT,
    env: {
      PATH: process.env['PATH'] ?? '',
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONPATH: [CLIENT, join(CLIENT, 'src'), source, join(source, 'tests')].join(':'),
      SUITE_SIDECAR: sidecar.control,
      SUITE_SERIALIZER: serializer
    },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  endWithTest(child)
  const name = `Django ${release}, ${store}, ${serializer}`
  createInterface(child.stdout).on('line', (line) => console.log(`${name}: ${line}`))
  const { code } = await exitOf(child)
  await sidecar.stop()
  await redis?.stop()
  return code === 0
}

const main = async (args: readonly string[]): Promise<void> => {
  const labels = args.filter((arg) => ![...STORES, ...RELEASES].includes(arg))
  const chosen = (all: readonly string[]): readonly string[] => {
    const asked = all.filter((each) => args.includes(each))
    return asked.length > 0 ? asked : all
  }
  const results: boolean[] = []
  for (const release of chosen(RELEASES)) {
    // Most of what a run takes is waiting for entries to expire.
    const runs = chosen(STORES).flatMap((store) =>
      SERIALIZERS.map((serializer) => runSuite({ release, store, serializer, labels }))
    )
    results.push(...(await Promise.all(runs)))
  }
  const failed = results.filter((isWell) => !isWell).length
  console.log(`${results.length - failed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}

await main(process.argv.slice(2))
