import t, { type Test } from 'tap'
import { eventually } from '../support/eventually.js'
import { get } from '../support/http.js'
import { needsOwnRedis } from '../support/redis-server.js'
import type { Manner } from './endpoint.js'
import { type Stage, startStage } from './stage.js'

const skip = needsOwnRedis

const PATH = '/api/v1/users/2/projects'

/** What the log says of the store, in order, with its reasons. */
const toldOfStore = ({ sidecar }: Stage) =>
  sidecar.logs
    .filter(({ msg }) => msg.startsWith('The store '))
    .map(({ msg, reason }) => `${msg}: ${String(reason)}`)

const warnings = ({ sidecar }: Stage, text: string) =>
  sidecar.logs.filter(({ level, msg }) => level === 'warn' && msg.startsWith(text))

const FAULTS: readonly (readonly [Manner, reason: RegExp])[] = [
  ['cut', /socket disconnected|socket hang up|ECONNRESET|ECONNREFUSED|Proxy/i],
  ['page', /<html>|JSON/],
  ['refuse', /AADSTS70021/],
  ['busy', /temporarily_unavailable|503/]
]

// Each waits for tokens to expire most of its time, with a Redis and an endpoint of its own.
t.jobs = 4
for (const [manner, reason] of FAULTS) {
  t.test(`an endpoint that does "${manner}" for a while costs nothing`, { skip }, async (t) => {
    const stage = await startStage(t, { lifetimeSeconds: 8 })
    const { endpoint, guard, metric } = stage
    await stage.untilStore('up')
    const load = stage.load(50)
    endpoint.manner = manner
    await eventually(() => metric('redis_token_renewals_total{outcome="failed"}'))
    endpoint.manner = 'answer'
    const before = new Set(guard.given).size
    await eventually(() => new Set(guard.given).size > before)
    await load.stop()
    t.strictSame(
      load.samples.flatMap(({ failure }) => failure ?? []),
      []
    )
    t.equal(guard.expired, 0)
    t.strictSame(
      toldOfStore(stage).map((told) => told.replace(/:.*/, '')),
      ['The store is up'],
      'it never was down'
    )
    const [warning, ...others] = warnings(stage, 'The token for Redis was not renewed')
    t.match(warning, { reason, hint: /token endpoint/ })
    t.strictSame(others, [], 'warned of once')
  })
}

t.test('an endpoint that hangs at the start takes the store down, not the sidecar', { skip }, async (t) => {
  const stage = await startStage(t, { prepare: (endpoint) => (endpoint.manner = 'hang') })
  t.equal((await get(`${stage.sidecar.proxy}${PATH}`)).status, 200, 'reads are forwarded')
  await eventually(() => toldOfStore(stage).length > 0)
  t.match(toldOfStore(stage)[0], /is down.*: no token to log in with: none has come yet/)
  stage.endpoint.manner = 'answer'
  await stage.untilStore('up')
  t.ok(await eventually(() => toldOfStore(stage).at(-1)?.startsWith('The store is up')))
})

t.test('one that refuses at the start is the reason, until it gives a token', { skip }, async (t) => {
  const stage = await startStage(t, { prepare: (endpoint) => (endpoint.manner = 'refuse') })
  await eventually(() => toldOfStore(stage).some((told) => told.includes('AADSTS70021')))
  t.match(
    stage.sidecar.logs.find(({ msg }) => msg.startsWith('The store ')),
    { hint: /REDIS_AUTH=entra/ }
  )
  stage.endpoint.manner = 'answer'
  await stage.untilStore('up')
})

/** One after another takes the store down; the log tells the present reason each time. */
const outlived = async (t: Test, form: 'single' | 'cluster'): Promise<void> => {
  const stage = await startStage(t, { lifetimeSeconds: 5, form })
  await stage.untilStore('up')
  stage.endpoint.manner = 'busy'
  await stage.untilStore('down')
  t.equal((await get(`${stage.sidecar.proxy}${PATH}`)).status, 200)
  await eventually(() => toldOfStore(stage).some((told) => told.includes('no token to log in with')))
  stage.endpoint.manner = 'answer'
  await stage.untilStore('up')
  await stage.server.kill()
  await eventually(() => /refused|closed|ECONN/i.test(toldOfStore(stage).at(-1) ?? ''))
  t.notMatch(toldOfStore(stage).at(-1), /token/, 'what was wrong before is not what is wrong now')
}

t.test('a token that could not be renewed in time takes the store down, by name', { skip }, (t) =>
  outlived(t, 'single')
)

t.test('on a cluster, too', { skip }, (t) => outlived(t, 'cluster'))

t.test('the token of the service account is read anew for each attempt', { skip }, async (t) => {
  const stage = await startStage(t, { lifetimeSeconds: 5 })
  await stage.untilStore('up')
  for (let rotations = 1; rotations <= 2; rotations++) {
    stage.endpoint.rotate()
    await eventually(() => new Set(stage.guard.given).size > rotations)
  }
  t.strictSame(warnings(stage, 'The token'), [])
  t.equal(stage.guard.expired, 0)
})

t.test('a Redis that comes back is logged in to with a token that is still good', { skip }, async (t) => {
  const stage = await startStage(t)
  await stage.untilStore('up')
  await stage.server.restart()
  await eventually(() => toldOfStore(stage).some((told) => told.includes('WRONGPASS')))
  await stage.guard.restore()
  await stage.untilStore('up')
  t.equal(stage.endpoint.asked, 1)
})
