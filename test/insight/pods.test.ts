import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { invalidationOf } from '../../src/cache/invalidation.js'
import { randomEpoch } from '../../src/cache/position.js'
import { factWrite } from '../../src/cache/identity/proof.js'
import { podKey } from '../../src/cache/tags.js'
import { Figures } from '../../src/insight/figures.js'
import { MOST_PODS, Pods } from '../../src/insight/pods.js'
import { createMemoryStore } from '../../src/stores/memory/memory-store.js'
import { createClock } from '../support/clock.js'

const ANSWERED = {
  resource: 'project',
  route: '/projects/{id}',
  key: 'project:1',
  status: 200,
  outcome: 'hit',
  durationMs: 2,
  ageSeconds: 5,
  freshSeconds: 55,
  bytes: 100,
  requestId: undefined,
  traceparent: undefined
} as const

const openStage = (t: Test) => {
  const clock = createClock()
  const store = createMemoryStore({ maxBytes: 10_000_000, now: clock.now, randomEpoch })
  const openPod = (pod: string, hits: number): Pods => {
    const sum = new Figures()
    for (let hit = 0; hit < hits; hit++) sum.of('project').answered(ANSWERED)
    sum.of('none').bypasses.add('no-resource')
    const named = invalidationOf({ tags: ['user:1'] })
    sum.invalidated({ named, kinds: ['tag'], source: 'proxy', outcome: 'done', removed: 2 })
    const pods = new Pods({ store, now: clock.now, pod, over: () => ({ sum, ms: 60_000 }) })
    t.teardown(() => pods.stop())
    return pods
  }
  return { clock, store, openPod }
}

const toldBy = async (pods: Pods): Promise<readonly string[]> =>
  (await pods.others('15m')).map(({ pod }) => pod).sort()

t.test('each pod has the figures of all others, whole', async (t) => {
  const { openPod } = openStage(t)
  const [one, two] = [openPod('one', 3), openPod('two', 5)]
  await one.tell()
  await two.tell()
  const [found] = await one.others('15m')
  t.match(found, { pod: 'two', ms: 60_000 })
  const figures = found?.sum.of('project')
  t.equal(figures?.outcomes.of('hit'), 5)
  t.equal(figures?.cachedBytes, 500)
  t.match(figures?.cachedMs.quantile(0.5)?.toFixed(1), '2.0')
  t.equal(found?.sum.of('none').bypasses.of('no-resource'), 1)
  t.match(found?.sum.invalidations.all, [{ name: 'user:{n}', source: 'proxy', count: 1, removed: 2 }])
})

t.test('as many pods as there are places find one each, and keep it', async (t) => {
  const { openPod } = openStage(t)
  const all = Array.from({ length: MOST_PODS }, (_, at) => openPod(`pod-${at}`, at))
  for (const round of [1, 2]) {
    for (const pods of all) await pods.tell()
    const [first] = all
    t.equal(first && (await toldBy(first)).length, MOST_PODS - 1, `round ${round}`)
  }
  const further = openPod('further', 1)
  await further.tell()
  t.equal((await toldBy(further)).length, MOST_PODS, 'one that finds none does no harm')
})

t.test(
  'what a pod has told is gone soon after its end, and comes again after everything was invalidated',
  async (t) => {
    const { clock, store, openPod } = openStage(t)
    const [one, two] = [openPod('one', 1), openPod('two', 1)]
    await one.tell()
    await two.tell()
    await store.invalidate(invalidationOf({ all: true }))
    t.strictSame(await toldBy(one), [])
    await two.tell()
    t.strictSame(await toldBy(one), ['two'])
    clock.advance(35_001)
    t.strictSame(await toldBy(one), [])
  }
)

t.test('what another version tells is left out', async (t) => {
  const { clock, store, openPod } = openStage(t)
  const pods = openPod('one', 1)
  const figures = new Figures()
  figures.of('project').answered(ANSWERED)
  const { project } = figures.pack().resources
  const told = (sketch: object) => {
    const sketches = project?.sketches.map((packed) => ({ ...packed, ...sketch }))
    const sum = { resources: { project: { ...project, sketches } }, invalidations: [] }
    return gzipSync(JSON.stringify({ id: 'x', pod: 'x', windows: { '15m': { ms: 1, sum } } }))
  }
  const bodies = [
    Buffer.from('no gzip'),
    Buffer.alloc(0),
    gzipSync('[]'),
    told({ first: 1e9 }),
    told({ bins: [-1] })
  ]
  for (const [place, body] of bodies.entries()) {
    const fact = { storeKey: podKey(place), body, tags: [], lastsMs: 1000 }
    await store.commit({ writes: [factWrite(fact, clock.now())], position: undefined })
  }
  t.strictSame(await toldBy(pods), [])
  const fact = { storeKey: podKey(9), body: told({}), tags: [], lastsMs: 1000 }
  await store.commit({ writes: [factWrite(fact, clock.now())], position: undefined })
  t.strictSame(await toldBy(pods), ['x'], 'the same without the fault is read')
})
