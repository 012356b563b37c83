import t from 'tap'
import { eventually } from '../support/eventually.js'
import { configuredBehaviour, needsOwnRedis } from '../support/redis-server.js'
import { HIT, holdBack, NOT_STORED, STORED, statusOf, untilUp } from './in-process.js'
import { openPair } from './pair.js'
import { SAMPLE, versionIn } from './targets.js'

const { origin, redis, here, there, reset } = await openPair(t, SAMPLE)
t.beforeEach(reset)

const RESTARTS = [
  ['empty', { keepData: false }],
  ['from an old snapshot', { keepData: true }]
] as const
type Restart = (typeof RESTARTS)[number][1]

/** Where the server does not say that it is another one, and has lost no record, it is as if nothing had happened. */
const looksTheSame = ({ keepData }: Restart): boolean => keepData && configuredBehaviour() !== 'redis'

const PATH = 'agencies/branches'
const TAG = 'branches'

const rename = (): number => {
  const { database } = origin
  const branch = database.branches.get(1)
  if (branch === undefined) throw new Error('There is no branch.')
  return database.branches.update(branch, { name: 'Another' }).version
}

/** As a crash would: what was written since the snapshot is lost. */
const restart = async (how: Restart, whileDown?: () => Promise<void>) => {
  await redis.kill()
  for (const { store } of [here, there]) await eventually(async () => (await store.stats()).state === 'down')
  await whileDown?.()
  await redis.restart(how)
}

const bothUp = (): Promise<unknown> => Promise.all([untilUp(here.store), untilUp(there.store)])

for (const [title, how] of RESTARTS) {
  t.test(
    `a fill from before an invalidation is not stored in a Redis that was restarted ${title}`,
    { skip: needsOwnRedis },
    async (t) => {
      const headers = { cookie: origin.signIn(2).cookie }
      await here.get('users/me', headers)
      await redis.cli('save')
      const gate = holdBack(origin, PATH)
      t.teardown(() => gate.open())
      const early = here.get(PATH, headers)
      await eventually(() => gate.held() === 1)

      const version = rename()
      t.equal((await there.invalidate({ tags: [TAG] })).status, 200)
      await restart(how)
      await bothUp()
      gate.open()

      t.ok(versionIn(await early) < version)
      t.equal(statusOf(await early), NOT_STORED)
      for (const sidecar of [here, there]) t.ok(versionIn(await sidecar.get(PATH, headers)) >= version)
    }
  )

  t.test(
    `a fill from before a restart ${title} is ${looksTheSame(how) ? '' : 'not '}stored after it, with nothing invalidated`,
    { skip: needsOwnRedis },
    async (t) => {
      const path = 'users/2/projects'
      await redis.cli('save')
      const gate = holdBack(origin, path)
      t.teardown(() => gate.open())
      const early = here.get(path)
      await eventually(() => gate.held() === 1)
      await restart(how)
      await bothUp()
      gate.open()
      t.equal((await early).status, 200)
      t.equal(statusOf(await early), looksTheSame(how) ? STORED : NOT_STORED)
      if (!looksTheSame(how)) t.equal(statusOf(await here.get(path)), STORED)
      t.match(statusOf(await here.get(path)), HIT)
    }
  )

  t.test(
    `what was invalidated does not come back with a Redis restarted ${title}`,
    { skip: needsOwnRedis },
    async (t) => {
      const headers = { cookie: origin.signIn(2).cookie }
      const paths = ['users/me', PATH]
      for (const path of paths) await here.get(path, headers)
      for (const path of paths) t.match(statusOf(await there.get(path, headers)), HIT)
      await redis.cli('save')

      const version = rename()
      t.equal((await there.invalidate({ tags: [TAG] })).status, 200)
      const isNewEverywhere = async (when: string): Promise<void> => {
        for (const sidecar of [here, there]) {
          t.ok(versionIn(await sidecar.get(PATH, headers)) >= version, when)
        }
      }
      await restart(how, () => isNewEverywhere('while it is down'))
      await isNewEverywhere('at once')
      await bothUp()
      await isNewEverywhere('when it is up')
    }
  )
}
