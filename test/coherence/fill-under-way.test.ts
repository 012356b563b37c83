import t, { type Test } from 'tap'
import type { Origin } from '../../demo/origin/origin.js'
import { startOrigin } from '../demo/start-origin.js'
import { eventually } from '../support/eventually.js'
import {
  arrivalsAt,
  COLLAPSED,
  HIT,
  holdBack,
  type LocalSidecar,
  NOT_STORED,
  openSidecar,
  STORED,
  statusOf
} from './in-process.js'
import { openPair } from './pair.js'
import { SAMPLE, versionIn } from './targets.js'
import { type Change, changesIn } from './writes.js'

t.setTimeout(120_000)

/** A read of each scope: of the caller's own entries one that knows whose they are, and one that does not. */
const READS = [
  { title: 'a public read', path: 'users/2/projects', part: 'projects of 2', before: [] },
  { title: 'an authenticated read', path: 'agencies/branches', part: 'branches', before: ['users/me'] },
  { title: "a caller's own read", path: 'projects/mine', part: 'projects of 2', before: ['users/me'] },
  { title: "an unknown caller's own read", path: 'projects/mine', part: 'projects of 2', before: [] },
  { title: "a caller's profile", path: 'users/me', part: 'profile of 2', before: [] }
] as const
type Read = (typeof READS)[number]

interface World {
  readonly origin: Origin
  /** Where the readers are. */
  readonly here: LocalSidecar
  /** Where the invalidation comes from. */
  readonly there: LocalSidecar
}

const begin = async (t: Test, { origin, here }: World, { path, before }: Read) => {
  origin.latency = { minMs: 0, maxMs: 0 }
  await here.invalidate({ all: true })
  const headers = { cookie: origin.signIn(2).cookie }
  const get = () => here.get(path, headers)
  for (const each of before) await here.get(each, headers)
  const gate = holdBack(origin, path)
  t.teardown(() => gate.open())
  const leader = get()
  await eventually(() => gate.held() === 1)
  const arrived = arrivalsAt(here, 1)
  const follower = get()
  await arrived()
  return { gate, get, leader, follower, headers }
}

/** How each kind is announced; a write through the proxy changes the data itself. */
const announce = async (world: World, kind: string, change: Change): Promise<number> => {
  const { origin, there } = world
  if (kind === 'proxy') {
    const { method, path, json } = change.request
    const answer = await there.write(method, path.replace('/api/v1/', ''), {
      headers: origin.signIn(1),
      json
    })
    return answer.status === 202 ? Number(answer.headers['x-sample-snapshot']) : NaN
  }
  const version = change.commit(origin.database)
  const named = Object.entries(change.announcements).find(([name]) => name === kind)?.[1]
  return (await there.invalidate(named ?? {})).status === 200 ? version : NaN
}

const refuses = async (t: Test, world: World, read: Read, kind: string): Promise<void> => {
  const { origin, here, there } = world
  const change = changesIn(origin.database).find(({ parts }) => parts.includes(read.part))
  if (change === undefined) throw new Error(`Nothing changes ${read.part}.`)
  const { gate, get, leader, follower, headers } = await begin(t, world, read)
  const version = await announce(world, kind, change)
  const arrived = arrivalsAt(here, 1)
  const later = get()
  await arrived()
  gate.open()

  t.ok(versionIn(await leader) < version, 'who asked before gets what was true then')
  t.equal(statusOf(await leader), NOT_STORED, 'and it is not stored')
  t.strictSame((await follower).body, (await leader).body, 'so does who joined before')
  t.equal(statusOf(await follower), COLLAPSED)
  t.ok(versionIn(await later) >= version, 'who asked after gets what is true now')
  t.not(statusOf(await later), COLLAPSED, 'without joining the flight')
  for (const sidecar of new Set([here, there])) {
    const next = await sidecar.get(read.path, headers)
    t.match(statusOf(next), HIT, 'and from then on it is a hit')
    t.ok(versionIn(next) >= version)
  }
}

const keeps = async (t: Test, world: World, read: Read): Promise<void> => {
  const { gate, get, leader, follower } = await begin(t, world, read)
  const { status } = await world.there.invalidate({ keys: ['staff:profile:7'], tags: ['project:999'] })
  t.equal(status, 200)
  const arrived = arrivalsAt(world.here, 1)
  const later = get()
  await arrived()
  gate.open()
  t.equal(statusOf(await leader), STORED)
  t.equal(statusOf(await follower), COLLAPSED)
  t.equal(statusOf(await later), COLLAPSED)
  t.match(statusOf(await get()), HIT)
}

const examine = async (t: Test, world: World): Promise<void> => {
  for (const read of READS) {
    for (const kind of ['key', 'tag', 'pattern', 'all', 'proxy']) {
      await t.test(`${read.title} under way is refused after an invalidation by ${kind}`, (t) =>
        refuses(t, world, read, kind)
      )
    }
    await t.test(`${read.title} under way is stored and shared after one that does not reach it`, (t) =>
      keeps(t, world, read)
    )
  }
}

t.test('with the memory store', async (t) => {
  const { origin, address } = await startOrigin(t, SAMPLE)
  const here = await openSidecar(t, { ORIGIN_URL: address, CACHE_STORE: 'memory' })
  await examine(t, { origin, here, there: here })
})

t.test('with Redis', async (t) => {
  const { origin, here, there } = await openPair(t, SAMPLE)
  await t.test('invalidated through the same sidecar', (t) => examine(t, { origin, here, there: here }))
  await t.test('invalidated through another sidecar', (t) => examine(t, { origin, here, there }))
})
