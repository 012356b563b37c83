import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { PYTHON, type PythonOrigin, startPython } from '../origins/python-origin.js'
import { heldMebibytes, MEASURED } from '../support/held-memory.js'
import { get } from '../support/http.js'
import { needsOwnRedis, startRedis } from '../support/redis-server.js'
import { startSidecar } from '../support/sidecar-process.js'
import { createLoad } from './load.js'
import { createRecords } from './records.js'

/** `SOAK_SECONDS=1800 npm test -- test/soak/gunicorn.test.ts` for half an hour. */
const SECONDS = Number(process.env['SOAK_SECONDS'] ?? 24)
const WORKERS = 3
const MAX_REQUESTS = 50
const GROWTH_MAX_MIB = 8

t.setTimeout((SECONDS + 180) * 1000)

const folder = fileURLToPath(new URL('.', import.meta.url))

const startDjango = async (t: Test): Promise<PythonOrigin> => {
  const environment = { SOAK_DATABASE: join(t.testdir({}), 'soak.sqlite3') }
  await promisify(execFile)(PYTHON, [join(folder, 'app.py')], { env: environment })
  return startPython(t, {
    program: 'gunicorn',
    args: (port) => [
      ...['--bind', `127.0.0.1:${port}`, '--workers', `${WORKERS}`, '--max-requests', `${MAX_REQUESTS}`],
      'app:application'
    ],
    path: '/health/',
    cwd: folder,
    environment
  })
}

const title =
  'mixed load in front of gunicorn, whose workers come and go, with Redis killed twice: nothing fails'

void t.test(title, { skip: needsOwnRedis }, async (t) => {
  const origin = await startDjango(t)
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const environment = {
    CACHE_STORE: 'redis',
    REDIS_URL: redis.url,
    ORIGIN_URL: origin.url,
    LOG_LEVEL: 'warn'
  }
  const sidecar = await startSidecar({ ...environment, ...MEASURED })
  t.teardown(() => sidecar.stop())

  const records = createRecords(Math.random)
  const readers = { fast: 8, slow: 4, stalled: 4, leaving: 2 }
  const load = createLoad({ address: sidecar.proxy, records, readers, pauseMs: 5 })
  // What the backend alone serves, and whether it drops anybody when a worker goes: reads, since it writes for nobody else.
  const direct = createLoad({
    address: origin.url,
    records: { ...records, next: () => ({ method: 'GET', path: '/files/8' }) },
    readers: { fast: 1, slow: 1, stalled: 0, leaving: 0 },
    pauseMs: 20
  })
  t.teardown(() => [load, direct].forEach((one) => one.stop()))
  const runFor = (share: number): Promise<unknown> => {
    const moment = performance.now() + share * SECONDS * 1000
    return Promise.all([load, direct].map((one) => one.runUntil(moment)))
  }
  const killDuring = async (share: number): Promise<void> => {
    await sleep(share * SECONDS * 300)
    await redis.kill()
    await sleep(share * SECONDS * 200)
    await redis.restart()
  }

  await runFor(1 / 3)
  const before = await heldMebibytes(sidecar)
  for (let kills = 0; kills < 2; kills++) await Promise.all([runFor(1 / 3), killDuring(1 / 3)])
  const after = await heldMebibytes(sidecar)

  const { requests, writes, hits, left, bytes } = load.counts
  t.comment(
    `${SECONDS} s: ${requests} requests, ${writes} of them writes, ${hits} hits, ${left} left, ${Math.round(bytes / 2 ** 20)} MiB`
  )
  t.comment(
    `${direct.counts.requests} requests without the sidecar, ${direct.failures.length} of which failed`
  )
  t.comment(`${before.toFixed(1)} MiB held after a third, ${after.toFixed(1)} MiB at the end`)
  const recycled = origin.said().split('Autorestarting worker').length - 1
  t.comment(`${recycled} workers were replaced`)
  t.ok(recycled > WORKERS, 'workers came and went')
  t.ok(hits > 0 && writes > 0)
  t.strictSame(direct.failures, [], 'the backend alone serves all of them')
  t.strictSame(load.failures, [], 'and so does the sidecar in front of it')
  t.ok(after - before < GROWTH_MAX_MIB, `memory is flat: ${(after - before).toFixed(1)} MiB more`)
  t.equal((await get(`${sidecar.ops}/ready`)).status, 200)
  t.strictSame(
    sidecar.logs.filter(({ level }) => !['warn', 'info', 'held'].includes(level)),
    []
  )
})
