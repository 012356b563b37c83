import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { metricOf } from '../coherence/fleet.js'
import { http, type HttpAnswer } from '../support/http.js'
import { eventually } from '../support/eventually.js'
import { needsOwnRedis } from '../support/redis-server.js'
import type { SidecarProcess } from '../support/sidecar-process.js'
import { redisFor, sidecarFor } from './stage.js'

const skip = needsOwnRedis
const PENDING = 'spms; fwd=method; detail=invalidation-pending'
/** The greatest number of writes that may wait. */
const MOST_WAITING = 1000
/** What a machine busy with other tests may add. */
const SLACK_MS = 2000

/** An origin that answers every request with so many bytes of JSON. */
const originOf = async (t: Test, bytes: number): Promise<{ readonly address: string }> => {
  const body = JSON.stringify({ text: 'x'.repeat(bytes) })
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(200, { 'content-type': 'application/json' }).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** A sidecar whose Redis has been taken away, and how to give it back. */
const withoutRedis = async (t: Test, invalidationTimeoutMs: number, bytes = 100) => {
  const redis = await redisFor(t)
  const sidecar = await sidecarFor(t, await originOf(t, bytes), redis.url, {
    INVALIDATION_TIMEOUT_MS: `${invalidationTimeoutMs}`,
    SHUTDOWN_DELAY_MS: '0'
  })
  const storeIs = async (up: number): Promise<boolean> => (await metricOf([sidecar], 'store_up')) === up
  await eventually(() => storeIs(1))
  await redis.kill()
  await eventually(() => storeIs(0))
  return { redis, sidecar }
}

const write = ({ proxy }: SidecarProcess, person: number): Promise<HttpAnswer> =>
  http(`${proxy}/api/v1/users/${person}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', cookie: 'sessionid=a' },
    body: '{"display_first_name":"a"}'
  })

const timed = async <T>(work: Promise<T>): Promise<{ readonly answer: T; readonly ms: number }> => {
  const startedAt = performance.now()
  return { answer: await work, ms: performance.now() - startedAt }
}

t.test(
  'Redis gone for good: each write is answered after the bound, and says what is pending',
  { skip },
  async (t) => {
    const { sidecar } = await withoutRedis(t, 1000)
    const writes = await Promise.all(Array.from({ length: 20 }, (_, at) => timed(write(sidecar, at + 1))))
    for (const { answer, ms } of writes) {
      t.strictSame([answer.status, answer.headers['cache-status']], [200, PENDING])
      t.ok(ms >= 990 && ms < 1000 + SLACK_MS, `${Math.round(ms)} ms`)
    }
    t.equal(await metricOf([sidecar], 'invalidations_total', { outcome: 'pending', source: 'proxy' }), 20)
    const warnings = sidecar.logs.filter(({ msg }) => /^Invalidations are pending/.test(msg))
    t.match(warnings, [{ level: 'warn', source: 'proxy', hint: /Redis/ }])
    t.equal(warnings.length, 1, 'one warning for all of them')
  }
)

t.test('the control door waits as long, or as its caller prefers', { skip }, async (t) => {
  const { sidecar } = await withoutRedis(t, 3000)
  const announce = (prefer?: string) =>
    timed(
      http(`${sidecar.control}/v1/invalidations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(prefer !== undefined && { prefer }) },
        body: '{"tags":["user:5"]}'
      })
    )
  const [bound, second, none] = await Promise.all([announce(), announce('wait=1'), announce('wait=0')])
  for (const { answer } of [bound, second, none]) {
    t.strictSame([answer.status, answer.json()], [202, { pending: true }])
  }
  t.ok(bound.ms >= 2990, `the bound: ${Math.round(bound.ms)} ms`)
  t.equal(bound.answer.headers['preference-applied'], undefined)
  t.ok(second.ms >= 990 && second.ms < bound.ms, `a second: ${Math.round(second.ms)} ms`)
  t.equal(second.answer.headers['preference-applied'], 'wait=1')
  t.ok(none.ms < second.ms, `at once: ${Math.round(none.ms)} ms`)
  t.equal(none.answer.headers['preference-applied'], 'wait=0')
})

t.test('a thousand writes are held at most, at a bounded cost, and Redis frees them', { skip }, async (t) => {
  const beyond = 50
  const { redis, sidecar } = await withoutRedis(t, 600_000, 1000)
  const memory = () => metricOf([sidecar], 'process_resident_memory_bytes')
  // The first requests of a process cost what no later one does.
  const begin = (from: number, count: number): Promise<HttpAnswer>[] =>
    Array.from({ length: count }, (_, at) => write(sidecar, from + at))
  const answers: HttpAnswer[] = []
  const note = (answer: HttpAnswer): void => void answers.push(answer)
  const waiting = async (count: number): Promise<boolean> =>
    (await metricOf([sidecar], 'origin_requests_total', { status: '2xx' })) >= count
  const first = begin(1, 100).map((each) => each.then(note))
  await eventually(() => waiting(100))
  const before = await memory()
  const rest = begin(101, MOST_WAITING - 100 + beyond).map((each) => each.then(note))
  await eventually(() => waiting(MOST_WAITING + beyond), { timeoutMs: 60_000 })
  await eventually(() => answers.length === beyond, { timeoutMs: 60_000 })
  t.ok(
    answers.every(({ headers }) => headers['cache-status'] === PENDING),
    'those beyond are answered at once, and say so'
  )
  const each = ((await memory()) - before) / (MOST_WAITING - 100)
  t.comment(`${(each / 1024).toFixed(1)} KiB of resident memory for each write that is held`)
  t.ok(each < 200 * 1024, 'at most 200 KiB each')
  await redis.restart()
  await Promise.all([...first, ...rest])
  const pending = answers.filter(({ headers }) => headers['cache-status'] === PENDING)
  t.strictSame(
    [answers.length, pending.length],
    [MOST_WAITING + beyond, beyond],
    'the others are not pending'
  )
})
