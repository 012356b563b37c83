import t from 'tap'
import { needsOwnRedis } from '../support/redis-server.js'
import { needsHaproxy } from './balancer.js'
import { PER_SECOND, startPair, type PairOptions } from './pair.js'

const skip = needsHaproxy || needsOwnRedis

/** The balancer has noticed after 400 ms; the rest is for busy machines. */
const DELAY_MS = 3000

t.test('one sidecar after the other is replaced under load, and no request fails', { skip }, async (t) => {
  const { balancer, samples, replace, pass, stop } = await startPair(t, {
    delayMs: DELAY_MS,
    checkPath: '/ready'
  })
  await pass(PER_SECOND)
  for (const name of ['a', 'b'] as const) {
    t.strictSame(await replace(name), { code: 0, signal: null }, `${name} ends by itself`)
    const before = await balancer.sent(name)
    await pass(PER_SECOND)
    t.ok((await balancer.sent(name)) > before, `and the new ${name} gets requests`)
  }
  await stop()

  const delays = samples.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b)
  const writes = samples.filter(({ kind }) => kind === 'write').length
  t.comment(
    [
      `${samples.length} requests, ${writes} of them writes`,
      `half within ${delays[Math.floor(delays.length / 2)]?.toFixed(1)} ms`,
      `99 % within ${delays[Math.floor(delays.length * 0.99)]?.toFixed(1)} ms`,
      `the worst took ${delays.at(-1)?.toFixed(1)} ms`
    ].join('; ')
  )
  t.ok(writes > 0)
  t.strictSame(
    samples.flatMap(({ failure = [] }) => failure),
    [],
    `0 of ${samples.length} requests failed`
  )
})

/** Each takes away what the test above relies on. */
const WITHOUT: Readonly<Record<string, PairOptions>> = {
  'a delay before the doors close': { delayMs: 0, checkPath: '/ready' },
  'a readiness that fails first': { delayMs: 1000, checkPath: '/live' }
}

for (const [what, options] of Object.entries(WITHOUT)) {
  t.test(`without ${what}, requests fail`, { skip }, async (t) => {
    const { samples, replace, pass, stop } = await startPair(t, options)
    await pass(PER_SECOND)
    await replace('a')
    await stop()
    const failures = samples.flatMap(({ failure = [] }) => failure)
    t.comment(`${failures.length} of ${samples.length}, such as ${failures[0]}`)
    t.ok(failures.length > 0)
  })
}
