import t, { type Test } from 'tap'
import type { Origin } from '../../demo/origin/origin.js'
import { startOrigin } from '../demo/start-origin.js'
import { eventually } from '../support/eventually.js'
import { freePort } from '../support/free-port.js'
import type { HttpAnswer } from '../support/http.js'
import { startRedis } from '../support/redis-server.js'
import { addOne } from './figures.js'
import {
  arrivalsAt,
  COLLAPSED,
  HIT,
  holdBack,
  type LocalSidecar,
  openSidecar,
  STORED,
  statusOf
} from './in-process.js'
import { SAMPLE } from './targets.js'

const READERS = 1000
const PATH = 'users/2/projects'
const UNAVAILABLE = 'spms; fwd=uri-miss; detail=store-unavailable'

t.setTimeout(120_000)

/** All of them arrive while the origin's first answer is held back. */
const ask = async (t: Test, origin: Origin, sidecar: LocalSidecar): Promise<readonly HttpAnswer[]> => {
  const gate = holdBack(origin, PATH)
  t.teardown(() => gate.open())
  const arrived = arrivalsAt(sidecar, READERS)
  const answers = Promise.all(Array.from({ length: READERS }, () => sidecar.get(PATH)))
  await arrived()
  await eventually(() => gate.held() > 0)
  t.equal(gate.held(), 1, 'one origin request at a time')
  gate.open()
  return answers
}

const areEqual = (t: Test, answers: readonly HttpAnswer[]): void => {
  const [first] = answers
  if (first === undefined) throw new Error('There are no answers.')
  t.equal(answers.filter(({ status }) => status === 200).length, READERS, 'every reader got 200')
  t.equal(answers.filter(({ body }) => body.equals(first.body)).length, READERS, 'and the same bytes')
}

const statusesOf = (answers: readonly HttpAnswer[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const answer of answers) addOne(counts, statusOf(answer))
  return counts
}

for (const kind of ['memory', 'redis'] as const) {
  t.test(`1,000 concurrent cold reads of one key are one origin request (${kind})`, async (t) => {
    const { origin, address } = await startOrigin(t, SAMPLE)
    const redis = await startRedis()
    t.teardown(() => redis.stop())
    const sidecar = await openSidecar(t, {
      ORIGIN_URL: address,
      CACHE_STORE: kind,
      REDIS_URL: redis.url
    })
    const answers = await ask(t, origin, sidecar)
    areEqual(t, answers)
    t.strictSame(
      statusesOf(answers),
      new Map([
        [STORED, 1],
        [COLLAPSED, READERS - 1]
      ])
    )
    t.match(statusOf(await sidecar.get(PATH)), HIT)
    t.equal(origin.requests(`/api/v1/${PATH}`), 1)
  })
}

t.test('without Redis they are one origin request at a time, and two in all', async (t) => {
  const { origin, address } = await startOrigin(t, SAMPLE)
  const sidecar = await openSidecar(
    t,
    { ORIGIN_URL: address, REDIS_URL: `redis://127.0.0.1:${await freePort()}/1` },
    { isStoreUp: false }
  )
  const answers = await ask(t, origin, sidecar)
  areEqual(t, answers)
  t.strictSame(statusesOf(answers), new Map([[UNAVAILABLE, READERS]]))
  t.equal(origin.requests(`/api/v1/${PATH}`), 2, 'who came after the first had left could not join it')
})
