import t from 'tap'
import {
  createGate,
  createStage,
  type Fields,
  originAnswer,
  outcomeOf,
  read,
  settle,
  SIGNED_IN,
  write
} from '../fixtures.js'

const TWO: Fields = { cookie: 'sessionid=two' }
const UNPROVEN = 'spms; fwd=request; detail=unproven'

t.test('who has no proof goes to the origin alone, and its answer is the proof', async (t) => {
  const { cache } = createStage()
  t.match(await read(cache, '/guarded/1', SIGNED_IN), { outcome: 'unproven', cacheStatus: UNPROVEN })
  t.equal(await outcomeOf(read(cache, '/guarded/1', SIGNED_IN)), 'hit {"n":1}')
  t.equal(await outcomeOf(read(cache, '/guarded/1', TWO)), 'unproven {"n":2}', 'others prove themselves')
  t.equal(await outcomeOf(read(cache, '/guarded/1', TWO)), 'hit {"n":2}')
})

t.test(
  'unproven callers do not wait for one another, and nobody is answered by another’s answer',
  async (t) => {
    const { cache, origin } = createStage()
    const gate = createGate()
    origin.respond = async ({ headers }) => {
      await gate.opened
      return headers.includes('sessionid=two')
        ? originAnswer({ status: 403 })
        : originAnswer({ json: { secret: 1 } })
    }
    const reads = [SIGNED_IN, TWO, TWO, SIGNED_IN].map((fields) => read(cache, '/guarded/1', fields))
    await settle()
    t.equal(origin.requests.length, 2, 'one for each of the two')
    gate.open()
    t.same(
      (await Promise.all(reads)).map(({ status }) => status),
      [200, 403, 403, 200]
    )
    t.match(
      await read(cache, '/guarded/1', TWO),
      { status: 403, cacheStatus: 'spms; fwd=request; detail=status' },
      'also when it is stored'
    )
  }
)

t.test('the proven wait for one fetch together', async (t) => {
  const { cache, origin } = createStage()
  await read(cache, '/guarded/1', SIGNED_IN)
  await read(cache, '/guarded/1', TWO)
  const reads = [SIGNED_IN, TWO, SIGNED_IN].map((fields) => outcomeOf(read(cache, '/guarded/2', fields)))
  t.same(await Promise.all(reads), ['miss {"n":3}', 'collapsed {"n":3}', 'collapsed {"n":3}'])
  t.equal(origin.requests.length, 3)
})

t.test('a proof lasts for 60 s from the origin’s word, and no hit lengthens it', async (t) => {
  const { cache, clock } = createStage()
  await read(cache, '/guarded/1', SIGNED_IN)
  clock.advance(30_000)
  t.match(await read(cache, '/guarded/1', SIGNED_IN), { outcome: 'hit' })
  clock.advance(29_999)
  t.match(await read(cache, '/guarded/1', SIGNED_IN), { outcome: 'hit' })
  clock.advance(1)
  t.match(await read(cache, '/guarded/1', SIGNED_IN), { cacheStatus: UNPROVEN })
})

t.test('the proof is read with the entry, and a fill renews it in its second half', async (t) => {
  const asked: (readonly string[])[] = []
  const written: string[][] = []
  const { cache, clock } = createStage({
    around: (store) => ({
      ...store,
      read: (storeKeys) => {
        asked.push(storeKeys)
        return store.read(storeKeys)
      },
      commit: (commit) => {
        written.push(commit.writes.map(({ storeKey }) => storeKey))
        return store.commit(commit)
      }
    })
  })
  const during = async (target: string) => {
    asked.length = written.length = 0
    await read(cache, target, SIGNED_IN)
    return {
      reads: asked.length,
      writes: written.flat().map((storeKey) => storeKey.replace(/~?[\w-]{22,}$/, '…'))
    }
  }
  t.same(await during('/guarded/1'), { reads: 1, writes: ['guarded:1', '@proof:…'] })
  clock.advance(29_999)
  t.same(await during('/guarded/2'), { reads: 1, writes: ['guarded:2'] })
  clock.advance(1)
  t.same(await during('/guarded/3'), { reads: 1, writes: ['guarded:3', '@proof:…'] })
  clock.advance(59_999)
  t.match(await read(cache, '/guarded/3', SIGNED_IN), { outcome: 'hit' })
})

t.test('a read of one’s own is a proof too; a public one is none', async (t) => {
  const { cache } = createStage()
  await read(cache, '/guarded/1', TWO)
  await read(cache, '/open/5', SIGNED_IN)
  t.match(await read(cache, '/guarded/1', SIGNED_IN), { outcome: 'unproven' })
  const other = createStage()
  await read(other.cache, '/guarded/1', TWO)
  await read(other.cache, '/mine', SIGNED_IN)
  t.match(await read(other.cache, '/guarded/1', SIGNED_IN), { outcome: 'hit' })
})

t.test('anonymous callers never get an entry that needs a caller', async (t) => {
  const { cache, origin } = createStage()
  await read(cache, '/guarded/1', SIGNED_IN)
  await read(cache, '/mine', SIGNED_IN)
  const anonymous: Fields[] = [{}, { cookie: 'spmscsrf=x; other=sessionid' }, { 'x-first-name': 'Bo' }]
  for (const fields of anonymous) {
    for (const target of ['/guarded/1', '/mine']) {
      for (const method of ['GET', 'HEAD'] as const) {
        const answer = await read(cache, target, fields, { method })
        t.match(answer, { kind: 'relay', cacheStatus: 'spms; fwd=bypass; detail=no-identity' })
      }
    }
  }
  t.equal(origin.requests.length, 2 + 12)
})

t.test('HEAD without a proof is forwarded, and proves nothing', async (t) => {
  const { cache } = createStage()
  await read(cache, '/guarded/1', TWO)
  for (const n of [1, 2]) {
    t.match(
      await read(cache, '/guarded/1', SIGNED_IN, { method: 'HEAD' }),
      { kind: 'relay', cacheStatus: UNPROVEN },
      `${n}`
    )
  }
})

t.test('each caller has entries of its own in scope identity', async (t) => {
  const { cache } = createStage()
  t.equal(await outcomeOf(read(cache, '/mine', SIGNED_IN)), 'miss {"n":1}')
  t.equal(await outcomeOf(read(cache, '/mine', TWO)), 'miss {"n":2}')
  t.equal(await outcomeOf(read(cache, '/mine', { ...TWO, 'remote-user': 'bo' })), 'miss {"n":3}')
  t.equal(await outcomeOf(read(cache, '/mine', SIGNED_IN)), 'hit {"n":1}')
})

t.test('a 401 or 403 takes the proof away', async (t) => {
  for (const status of [401, 403]) {
    const { cache, origin } = createStage()
    await read(cache, '/guarded/1', SIGNED_IN)
    origin.respond = () => originAnswer({ status })
    t.match(await read(cache, '/other', SIGNED_IN), { status })
    t.match(await read(cache, '/guarded/1', SIGNED_IN), {
      status,
      cacheStatus: 'spms; fwd=request; detail=status'
    })
  }
})

t.test('a log-out while the proof is under way refuses it', async (t) => {
  const { cache, origin } = createStage()
  const gate = createGate()
  origin.respond = ({ method }) =>
    method === 'GET' ? gate.opened.then(() => originAnswer()) : originAnswer()
  const reading = read(cache, '/guarded/1', SIGNED_IN)
  await settle()
  await write(cache, 'POST', '/users/log-out', { fields: SIGNED_IN })
  gate.open()
  t.match(await reading, { status: 200 })
  t.match(await read(cache, '/guarded/1', SIGNED_IN), { cacheStatus: UNPROVEN })
})

t.test('an unlisted write to the callers’ families takes all proofs away', async (t) => {
  const { cache } = createStage()
  await read(cache, '/guarded/1', SIGNED_IN)
  await write(cache, 'DELETE', '/users/7', { fields: SIGNED_IN })
  t.match(await read(cache, '/guarded/1', SIGNED_IN), { cacheStatus: UNPROVEN })
})
