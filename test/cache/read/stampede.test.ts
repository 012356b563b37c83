import t from 'tap'
import {
  createGate,
  createStage,
  originAnswer,
  outcomeOf,
  read,
  settle,
  SIGNED_IN,
  textOf
} from '../fixtures.js'

t.test('1,000 cold reads at once: one origin request, 1,000 equal answers', async (t) => {
  const { cache, origin, told } = createStage()
  const gate = createGate()
  origin.respond = () => gate.opened.then(() => originAnswer({ json: { n: origin.requests.length } }))
  const reads = Array.from({ length: 1000 }, () => read(cache, '/open/5'))
  await settle()
  gate.open()
  const answers = await Promise.all(reads)
  t.equal(origin.requests.length, 1)
  t.same([...new Set(await Promise.all(answers.map(textOf)))], ['{"n":1}'])
  t.equal(answers.filter(({ cacheStatus }) => cacheStatus === 'spms; fwd=uri-miss; stored').length, 1)
  t.equal(answers.filter(({ cacheStatus }) => cacheStatus === 'spms; fwd=uri-miss; collapsed').length, 999)
  t.equal(told.answered.length, 1000)
})

t.test('readers who come while the fetch is in progress join it', async (t) => {
  const { cache, origin } = createStage()
  const gate = createGate()
  origin.respond = () => gate.opened.then(() => originAnswer({ json: {} }))
  const reads = []
  for (let n = 0; n < 20; n++) {
    reads.push(outcomeOf(read(cache, '/open/5')))
    await settle()
  }
  gate.open()
  t.same(new Set(await Promise.all(reads)), new Set(['miss {}', 'collapsed {}']))
  t.equal(origin.requests.length, 1)
})

t.test('readers of one stale entry ask once', async (t) => {
  const { cache, origin, clock } = createStage()
  await read(cache, '/open/5')
  clock.advance(100_000)
  const answers = await Promise.all(Array.from({ length: 50 }, () => read(cache, '/open/5')))
  t.equal(origin.requests.length, 2)
  t.same(
    new Set(answers.map(({ cacheStatus }) => cacheStatus)),
    new Set(['spms; fwd=stale; stored', 'spms; fwd=stale; collapsed'])
  )
})

t.test('different keys, callers and origins do not wait for one another', async (t) => {
  const { cache, origin } = createStage()
  const gate = createGate()
  origin.respond = () => gate.opened.then(() => originAnswer())
  const reads = [
    read(cache, '/open/5'),
    read(cache, '/open/6'),
    read(cache, '/open/5', { origin: 'https://a' }),
    read(cache, '/mine', SIGNED_IN),
    read(cache, '/mine', { cookie: 'sessionid=two' }),
    read(cache, '/paged', { host: 'a' }),
    read(cache, '/paged', { host: 'b' })
  ]
  await settle()
  t.equal(origin.requests.length, reads.length)
  gate.open()
  await Promise.all(reads)
})

t.test('a stampede on a failing origin is one request, and everybody is told', async (t) => {
  const { cache, origin } = createStage()
  origin.respond = () => Promise.reject(new Error('unforeseen'))
  const reads = Array.from({ length: 10 }, () => read(cache, '/open/5'))
  for (const reading of await Promise.allSettled(reads))
    t.match(reading, { status: 'rejected', reason: { message: 'unforeseen' } })
  t.equal(origin.requests.length, 1)
  origin.respond = () => originAnswer()
  t.match(await read(cache, '/open/5'), { outcome: 'miss' }, 'and the next begins anew')
})
