import t from 'tap'
import {
  createStage,
  originAnswer,
  outcomeOf,
  read,
  type Stage,
  type StageOptions,
  write
} from '../fixtures.js'

const GRACE_MS = 20

const openStage = (audit?: StageOptions['audit']) => {
  const stage = createStage({
    audit: audit ?? { share: 1, mostPerSecond: 1000, graceMs: GRACE_MS }
  })
  const facts = { title: 'old', hits: 0 }
  stage.origin.respond = () => originAnswer({ json: { ...facts } })
  return { ...stage, facts }
}

const audited = async ({ told }: Pick<Stage, 'told'>, count = 1) => {
  const until = Date.now() + 2000
  while (told.audited.length < count && Date.now() < until) await new Promise((wake) => setTimeout(wake, 2))
  return told.audited
}

t.test('a hit that says what the origin says is the same', async (t) => {
  const stage = openStage()
  await read(stage.cache, '/open/1')
  t.equal(await outcomeOf(read(stage.cache, '/open/1')), 'hit {"title":"old","hits":0}')
  t.strictSame(await audited(stage), [{ resource: 'open', outcome: 'same' }])
  t.equal(stage.origin.requests.length, 2)
})

t.test('a write that nobody announces is found, with its fields and the last invalidations', async (t) => {
  const stage = openStage()
  const { cache, facts, clock } = stage
  await cache.invalidate({ tags: ['thing:1'] }, 'control')
  await read(cache, '/open/1')
  facts.title = 'new'
  clock.advance(30_000)
  t.equal((await read(cache, '/open/1')).outcome, 'hit')
  t.match(await audited(stage), [
    {
      resource: 'open',
      outcome: 'stale',
      finding: {
        key: 'open:1',
        path: '/open/1',
        fields: ['title'],
        ageSeconds: 30,
        invalidations: [{ source: 'control', kinds: ['tag'], names: ['thing:1'] }]
      }
    }
  ])
})

t.test('an answer of the origin that cannot be read proves nothing', async (t) => {
  const stage = openStage()
  await read(stage.cache, '/open/1')
  // What is answered is read no further.
  stage.origin.respond = () => ({ ...originAnswer(), headers: undefined as never })
  await read(stage.cache, '/open/1')
  t.strictSame(await audited(stage), [{ resource: 'open', outcome: 'inconclusive' }])
})

t.test('an invalidation of many names is remembered as one of everything', async (t) => {
  const stage = openStage()
  const tags = Array.from({ length: 1000 }, (_, at) => `thing:${at}:${'x'.repeat(20)}`)
  await stage.cache.invalidate({ tags }, 'control')
  await read(stage.cache, '/open/1')
  stage.facts.title = 'new'
  await read(stage.cache, '/open/1')
  t.match(await audited(stage), [{ finding: { invalidations: [{ kinds: ['all'], names: [] }] } }])
})

t.test('a write that is announced within the time for it is no finding', async (t) => {
  const stage = openStage({ share: 1, mostPerSecond: 1000, graceMs: 200 })
  const { cache, facts } = stage
  await read(cache, '/open/1')
  facts.title = 'new'
  t.equal((await read(cache, '/open/1')).outcome, 'hit')
  await write(cache, 'PUT', '/things/1')
  t.strictSame(await audited(stage), [{ resource: 'open', outcome: 'in-flight' }])
})

t.test('fields that are another each time are no finding, but told', async (t) => {
  const stage = openStage()
  const { cache, origin } = stage
  let asked = 0
  origin.respond = () => originAnswer({ json: { title: 'a', at: asked++ } })
  await read(cache, '/open/1')
  await read(cache, '/open/1')
  t.match(await audited(stage), [{ outcome: 'volatile', finding: { fields: ['at'] } }])
})

t.test('what the origin no longer gives is a finding', async (t) => {
  for (const status of [401, 403, 404, 410]) {
    const stage = openStage()
    await read(stage.cache, '/open/1')
    stage.origin.respond = () => originAnswer({ status })
    await read(stage.cache, '/open/1')
    t.match(await audited(stage), [{ outcome: 'stale', finding: { fields: ['(status)'] } }], `${status}`)
  }
})

t.test('an origin that fails proves nothing', async (t) => {
  for (const respond of [
    () => originAnswer({ status: 500 }),
    () => originAnswer({ status: 302 }),
    () => Promise.reject(new Error('no'))
  ]) {
    const stage = openStage()
    await read(stage.cache, '/open/1')
    stage.origin.respond = respond
    await read(stage.cache, '/open/1')
    t.strictSame(await audited(stage), [{ resource: 'open', outcome: 'inconclusive' }])
  }
})

t.test('the share and the rate bound what the origin is asked', async (t) => {
  const rare = openStage({ share: 0.1, mostPerSecond: 1_000_000, graceMs: 1, random: steps(20) })
  await read(rare.cache, '/open/1')
  for (let hit = 0; hit < 100; hit++) {
    await read(rare.cache, '/open/1')
    await pause()
    rare.clock.advance(10)
  }
  t.equal(rare.origin.requests.length, 1 + 10)

  const slow = openStage({ share: 1, mostPerSecond: 2, graceMs: 1 })
  await read(slow.cache, '/open/1')
  for (let hit = 0; hit < 100; hit++) {
    await read(slow.cache, '/open/1')
    await pause()
    slow.clock.advance(100)
  }
  const { length } = slow.origin.requests
  t.ok(length >= 20 && length <= 23, `${length} requests in 10 s`)
})

t.test('an audit goes on for a caller who has gone, and asks with his request', async (t) => {
  const stage = openStage()
  await read(stage.cache, '/open/1')
  await read(stage.cache, '/open/1', { 'x-mark': 'mine', 'if-none-match': '"x"' })
  await audited(stage)
  const last = stage.origin.requests.at(-1)
  t.match(last?.headers, ['x-mark', 'mine'])
  t.notOk(last?.headers.includes('if-none-match'))
})

/** An audit that asks the origin ends within it. */
const pause = () => new Promise((wake) => setTimeout(wake, 3))

/** Chance in so many equal steps. */
const steps = (count: number) => {
  let at = 0
  return () => (at++ % count) / count
}
