import t from 'tap'
import {
  createStage,
  type Fields,
  originAnswer,
  read,
  SIGNED_IN,
  type Stage,
  textOf,
  write
} from '../fixtures.js'

const openStage = () =>
  createStage({ mode: 'observe', audit: { share: 0, mostPerSecond: 1, graceMs: 10 }, maxEntryBytes: 1000 })

/** `<outcome> <Cache-Status> <body>`. */
const told = async ({ cache }: Stage, target: string, fields: Fields = {}): Promise<string> => {
  const answer = await read(cache, target, fields)
  return `${answer.outcome}, ${answer.cacheStatus}, ${await textOf(answer)}`
}

t.test('the origin answers each read, and the first entry lives as long as it would', async (t) => {
  const stage = openStage()
  const { clock, origin } = stage
  t.equal(await told(stage, '/open/1'), 'would-miss, spms; fwd=bypass; detail=would-miss, {"n":1}')
  clock.advance(40_000)
  t.equal(await told(stage, '/open/1'), 'would-hit, spms; fwd=bypass; detail=would-hit, {"n":2}')
  clock.advance(19_000)
  t.equal((await read(stage.cache, '/open/1')).outcome, 'would-hit')
  clock.advance(2000)
  // It was not renewed by the hits: 61 s are more than its 60.
  t.equal((await read(stage.cache, '/open/1')).outcome, 'would-stale')
  t.equal(
    (await read(stage.cache, '/open/1')).outcome,
    'would-hit',
    'stale-while-revalidate would have renewed it'
  )
  t.equal(origin.requests.length, 5)
})

t.test('an invalidation ends what would be a hit', async (t) => {
  const stage = openStage()
  await read(stage.cache, '/open/1')
  await write(stage.cache, 'PUT', '/things/1')
  t.equal((await read(stage.cache, '/open/1')).outcome, 'would-miss')
})

t.test('a caller without a proof would not be answered from the cache', async (t) => {
  const stage = openStage()
  t.equal((await read(stage.cache, '/guarded/1', SIGNED_IN)).outcome, 'would-miss')
  t.equal((await read(stage.cache, '/guarded/1', SIGNED_IN)).outcome, 'would-hit')
  t.equal((await read(stage.cache, '/guarded/1', { cookie: 'sessionid=two' })).outcome, 'would-miss')
})

t.test('nothing is answered from an entry, on an error neither', async (t) => {
  const stage = openStage()
  await read(stage.cache, '/open/1')
  stage.origin.respond = () => originAnswer({ status: 500, json: { error: 1 } })
  for (const ms of [0, 61_000, 60_000]) {
    stage.clock.advance(ms)
    const answer = await read(stage.cache, '/open/1')
    t.equal(answer.status, 500)
    t.equal(await textOf(answer), '{"error":1}')
  }
})

t.test('what cannot be compared is forwarded as it came', async (t) => {
  const stage = openStage()
  await read(stage.cache, '/open/1')
  const head = await read(stage.cache, '/open/1', {}, { method: 'HEAD' })
  t.equal(head.outcome, 'would-hit')
  t.equal(stage.origin.requests.at(-1)?.method, 'HEAD')
})

t.test('each answer that would have come from the cache is compared', async (t) => {
  const stage = openStage()
  stage.origin.respond = () => originAnswer({ json: { title: 'old' } })
  for (let reads = 0; reads < 5; reads++) await read(stage.cache, '/open/1')
  stage.origin.respond = () => originAnswer({ json: { title: 'new' } })
  t.equal(await textOf(await read(stage.cache, '/open/1')), '{"title":"new"}')
  const until = Date.now() + 2000
  while (stage.told.audited.length < 5 && Date.now() < until) await new Promise((wake) => setTimeout(wake, 5))
  t.match(
    stage.told.audited.map(({ outcome }) => outcome),
    ['same', 'same', 'same', 'same', 'stale']
  )
  t.equal(stage.origin.requests.length, 7, 'one more for the finding')
})

t.test('the predicted hit rate is that of the same requests with the cache on', async (t) => {
  const rateOf = async (mode: 'observe' | 'on'): Promise<number> => {
    const { cache, clock, told } = createStage({ mode })
    for (let request = 0; request < 6000; request++) {
      clock.advance(100)
      // Of 100 things some are read often; now and then one is written.
      const id = Math.floor(100 * ((request * 0.618_034) % 1) ** 2)
      if (request % 20 === 19) await write(cache, 'PUT', `/things/${id}`)
      else await read(cache, request % 3 === 0 ? `/guarded/${id}` : `/open/${id}`, SIGNED_IN)
    }
    const outcomes = told.answered.map(({ outcome }) => outcome).filter((outcome) => outcome !== 'write')
    return outcomes.filter((outcome) => /hit|stale/.test(outcome)).length / outcomes.length
  }
  const [predicted, real] = [await rateOf('observe'), await rateOf('on')]
  t.ok(real > 0.5 && real < 0.95, `${real}`)
  t.ok(Math.abs(predicted - real) <= 0.02, `${predicted} predicted, ${real} after`)
})
