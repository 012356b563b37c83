import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { eventually } from '../support/eventually.js'
import { needsOwnRedis, type RedisServer } from '../support/redis-server.js'
import { type StageOptions, startStage } from './stage.js'

const skip = needsOwnRedis

/** With ENTRA_SECONDS=600, ten minutes of tokens of 20 s. */
const given = process.env['ENTRA_SECONDS'] ?? ''
const seconds = /^\d+$/.test(given) ? Number(given) : 10
const lifetimeSeconds = seconds < 60 ? 5 : 20
const perSecond = 200

t.setTimeout((3 * seconds + 180) * 1000)

/** Under load, each token is replaced before it expires, on the connection that is there. */
const renewsUnderLoad = async (t: Test, options: StageOptions): Promise<void> => {
  t.setTimeout((seconds + 120) * 1000)
  const stage = await startStage(t, { lifetimeSeconds, ...options })
  const { endpoint, guard, sidecar, server, metric } = stage
  await stage.untilStore('up')
  const load = stage.load(perSecond)
  const { samples } = load
  await eventually(() => samples.some(({ cacheStatus }) => cacheStatus.includes('hit')))
  const connectedAt = await received(server)
  await sleep(seconds * 1000)
  const connections = (await received(server)) - connectedAt
  await load.stop()

  const failures = samples.flatMap(({ failure }) => failure ?? [])
  const withoutStore = samples.filter(({ cacheStatus }) => cacheStatus.includes('store-unavailable'))
  const hits = samples.filter(({ cacheStatus }) => cacheStatus.includes('hit'))
  let renewed = 0
  // One may be under way.
  const logins = await eventually(async () => {
    renewed = await metric('redis_token_renewals_total{outcome="done"}')
    const { size } = new Set(guard.given)
    return size === renewed && size === endpoint.asked ? size : undefined
  })
  t.comment(
    `${samples.length} requests in ${seconds} s with tokens of ${lifetimeSeconds} s: ${failures.length} failed, ${hits.length} hits, ` +
      `${withoutStore.length} without the store; ${endpoint.asked} tokens, ${logins} seen by the server, ${guard.expired} connections expired`
  )
  t.strictSame(failures.slice(0, 3), [], 'no request failed')
  t.ok(samples.length > 0.8 * perSecond * seconds, 'the load was sent')
  t.equal(withoutStore.length, 0, 'no read went without the store')
  t.equal(guard.expired, 0, 'no connection lived longer than its token')
  t.equal(connections, 0, 'and none was made anew')
  t.ok(renewed >= Math.floor(seconds / lifetimeSeconds), `${renewed} renewals`)
  t.equal(logins, renewed, 'every one was seen by the server')
  t.strictSame(
    sidecar.logs.filter(({ level }) => level === 'warn'),
    [],
    'nothing to warn of'
  )
}

/** Connections that the server has taken, but for those of this question. */
const received = async (server: RedisServer): Promise<number> => {
  const before = questions++
  const info = String(await server.cli('info', 'stats'))
  return Number(/total_connections_received:(\d+)/.exec(info)?.[1]) - before
}
let questions = 0

t.test('tokens are renewed under load: no request fails, no hit is lost', { skip }, (t) =>
  renewsUnderLoad(t, {})
)

t.test('on a cluster, too', { skip }, (t) => renewsUnderLoad(t, { form: 'cluster' }))

t.test('and on the master that a sentinel names', { skip }, (t) => renewsUnderLoad(t, { form: 'sentinel' }))
