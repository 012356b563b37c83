import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { eventually } from '../support/eventually.js'
import { get } from '../support/http.js'
import { heldMebibytes, MEASURED } from '../support/held-memory.js'
import { startRedis } from '../support/redis-server.js'
import { startSidecar } from '../support/sidecar-process.js'
import { bodyOf, numberOf, type Size } from './behaviour.js'
import { startNode } from './node-origin.js'
import { PYTHON, startPython } from './python-origin.js'
import { readAnswer, type ReadOptions } from './reader.js'

/** What undici 7 ended the process at: the origin closes while the body waits for somebody who is slow. */
const ROUNDS = 20
const READERS = 20

const answered = async (
  url: string,
  size: Size,
  options: Omit<ReadOptions, 'expected' | 'agent'>
): Promise<boolean> => {
  try {
    const expected = bodyOf(size)
    const { status, bytes, isEqual, isComplete } = await readAnswer(url, {
      ...options,
      expected,
      agent: false
    })
    return status === 200 && bytes === size && isEqual && isComplete
  } catch {
    return false
  }
}

t.test('a write of which gunicorn answers 150,504 bytes is answered, 20 of 20', async (t) => {
  const origin = await startPython(t, {
    program: 'gunicorn',
    args: (port) => ['--bind', `127.0.0.1:${port}`, '--workers', '2', 'app:wsgi'],
    path: '/files/1001'
  })
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const sidecar = await startSidecar({ CACHE_STORE: 'redis', REDIS_URL: redis.url, ORIGIN_URL: origin.url })
  t.teardown(() => sidecar.stop())
  let whole = 0
  for (let round = 1; round <= ROUNDS; round++) {
    const number = numberOf({ end: 'kept', framing: 'content-length', size: 150_504 }, round)
    const url = `${sidecar.proxy}/api/v1/projects/${number}`
    if (await answered(url, 150_504, { method: 'PUT', body: '{"title":"a"}', pace: 'fast' })) whole++
  }
  t.equal(whole, ROUNDS)
  t.equal((await get(`${sidecar.ops}/ready`)).status, 200)
})

t.test(
  'slow readers of 8 MB from an origin that closes get all of it, and it is not kept for them',
  async (t) => {
    const origin = await startNode(t)
    const sidecar = await startSidecar({ CACHE_STORE: 'memory', ORIGIN_URL: origin, ...MEASURED })
    t.teardown(() => sidecar.stop())
    const number = numberOf({ end: 'closed', framing: 'content-length', size: 8_388_608 }, 1)
    const before = await heldMebibytes(sidecar)
    const reading = readSlowly(`${sidecar.proxy}/files/${number}`, READERS)
    // What a reader waits for while others are served lies in the sockets, or in the sidecar.
    const isReading = async (): Promise<boolean> =>
      (await get(`${sidecar.ops}/metrics`)).text().includes('="bypass"')
    await eventually(isReading)
    const grown = (await heldMebibytes(sidecar)) - before
    const sha256 = createHash('sha256').update(bodyOf(8_388_608)).digest('hex')
    const whole = Array.from({ length: READERS }, () => ({ bytes: 8_388_608, sha256 }))
    t.strictSame(await reading, whole)
    t.ok(grown < 8, `${grown.toFixed(1)} MiB were held for ${READERS} readers of 8 MiB`)
    t.equal((await get(`${sidecar.ops}/ready`)).status, 200)
  }
)

const readSlowly = async (url: string, readers: number): Promise<unknown> => {
  const { hostname, port, pathname } = new URL(url)
  const script = fileURLToPath(new URL('./slow_reader.py', import.meta.url))
  const { stdout } = await promisify(execFile)(PYTHON, [script, hostname, port, pathname, `${readers}`])
  return JSON.parse(stdout) as unknown
}
