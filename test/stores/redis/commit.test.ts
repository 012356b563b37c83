import t from 'tap'
import { hitStatus } from '../../../src/http/cache-status.js'
import { ttlSeconds } from '../../../src/cache/entry.js'
import { createValues } from '../../../src/cache/values/values.js'
import { createClock } from '../../support/clock.js'
import { needsOwnRedis } from '../../support/redis-server.js'
import { entryOf, put, readable, tagged } from '../fixtures.js'
import { connectStore, redisFor } from '../redis-fixtures.js'

const HOUR = 3_600_000
const TTL_MS = 300_000

const names = (count: number, name: string): string[] =>
  Array.from({ length: count }, (_, at) => `${name}:${at}`.padEnd(50, '.'))

void t.test(
  'writes of many bytes or tags are stored in several script calls',
  { skip: needsOwnRedis },
  async (t) => {
    const server = await redisFor(t)
    const { store, told } = await connectStore(t, { url: server.url })
    const commits = (): number => told.storeAsked.filter(({ operation }) => operation === 'commit').length
    const body = Buffer.alloc(300_000)
    await put(store, ...names(6, 'large').map((storeKey) => ({ storeKey, entry: entryOf(body) })))
    t.equal(commits(), 6, 'two would have more than 512 KiB')
    const coded = [{ coding: 'br' as const, body: Buffer.alloc(200_000) }]
    const halves = names(4, 'coded').map((storeKey) => ({
      storeKey,
      entry: entryOf(Buffer.alloc(100_000), { coded })
    }))
    await put(store, ...halves)
    t.equal(commits(), 10, 'and so with their coded bodies')
    await put(
      store,
      ...names(6, 'tagged').map((storeKey) => ({ storeKey, entry: tagged(...names(200, storeKey)) }))
    )
    t.equal(commits(), 13, 'two have 400 tags, three would have 600')
    t.equal((await readable(store, ...names(6, 'large'), ...names(6, 'tagged'))).length, 12)
  }
)

void t.test(
  'a clock that steps back an hour makes nothing in Redis live longer than its time to live',
  { skip: needsOwnRedis },
  async (t) => {
    const server = await redisFor(t)
    const clock = createClock()
    const { store } = await connectStore(t, { url: server.url, now: clock.now })
    const values = createValues({ store, now: clock.now })
    const lifeOf = async (storeKey: string) => Number(await server.cli('pttl', `spms:${storeKey}`))
    const isBounded = (ms: number) => ms > TTL_MS / 2 && ms <= TTL_MS

    const entry = entryOf('', { generatedAt: clock.now(), freshUntil: clock.now() + TTL_MS })
    const write = { body: Buffer.from('1'), contentType: 'text/plain', tags: [], ttlSeconds: TTL_MS / 1000 }
    for (const key of ['counter', 'touched']) {
      await values.put({ ...write, key }, { precondition: 'none', position: undefined })
    }
    await put(store, { storeKey: 'before', entry })
    clock.advance(-HOUR)
    await put(store, { storeKey: 'meanwhile', entry })
    await values.increment({ key: 'counter', by: 1, precondition: 'none', ttlSeconds: 60 })
    await values.touch('touched', TTL_MS / 1000)

    for (const storeKey of ['before', 'meanwhile', '@value:counter', '@value:touched']) {
      t.ok(isBounded(await lifeOf(storeKey)), `${storeKey}: ${await lifeOf(storeKey)} ms`)
    }
    const { entries } = await store.read(['before', 'meanwhile'])
    for (const found of entries) {
      t.equal(found && hitStatus(ttlSeconds(found, clock.now())), 'spms; hit; ttl=300')
    }
    const [counter] = (await values.read(['counter'])).values
    t.match(counter, { ttlSeconds: 300 })
  }
)
