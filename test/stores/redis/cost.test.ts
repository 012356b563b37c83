import t from 'tap'
import { needsOwnRedis, type RedisServer } from '../../support/redis-server.js'
import { bodies, entryOf, invalidate, positionOf, put, putAt, tagged } from '../fixtures.js'
import { connectStore, infoOf, redisFor } from '../redis-fixtures.js'

/** How often each command has been carried out, those of scripts included. */
const commandsOf = async (server: RedisServer): Promise<Map<string, number>> => {
  const info = String(await server.cli('info', 'commandstats'))
  return new Map(
    [...info.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm)].map(([, name = '', calls]) => [name, Number(calls)])
  )
}

/** What the test itself asks, and each of its connections. */
const OWN = /^(info|hello|select|client|config|slowlog)(\||$)/

const commandsDuring = async (server: RedisServer, work: () => Promise<unknown>) => {
  const before = await commandsOf(server)
  await work()
  const after = await commandsOf(server)
  return Object.fromEntries(
    [...after]
      .map(([name, calls]) => [name, calls - (before.get(name) ?? 0)] as const)
      .filter(([name, calls]) => calls > 0 && !OWN.test(name))
  )
}

/** Every command since the last reset, when everything counts as slow. */
const slowlogOf = async (server: RedisServer): Promise<{ name: string; durationMs: number }[]> => {
  const log: unknown = await server.cli('slowlog', 'get', '10000')
  if (!Array.isArray(log)) throw new Error('SLOWLOG answers otherwise than it is documented')
  return log.map((line: unknown) => {
    const [, , microseconds, words] = Array.isArray(line) ? Array.from<unknown>(line) : []
    return { name: Array.isArray(words) ? String(words[0]) : '', durationMs: Number(microseconds) / 1000 }
  })
}

void t.test(
  'a read is one round trip of two commands, whatever it finds',
  { skip: needsOwnRedis },
  async (t) => {
    const server = await redisFor(t)
    const { store } = await connectStore(t, { url: server.url })
    await put(store, { storeKey: 'a', entry: tagged('t') }, { storeKey: '@proof:p', entry: entryOf('') })
    const commands = await commandsDuring(server, async () => {
      for (let at = 0; at < 100; at++) await store.read(['a', '@proof:p', 'missing'])
    })
    t.strictSame(commands, { mget: 100, unlink: 100 })
  }
)

void t.test(
  'the first read after an invalidation by another asks once more, the next ones do not',
  { skip: needsOwnRedis },
  async (t) => {
    const server = await redisFor(t)
    const { store } = await connectStore(t, { url: server.url })
    const { store: other } = await connectStore(t, { url: server.url })
    for (const times of [1, 2]) {
      await invalidate(other, { keys: ['a'] })
      const commands = await commandsDuring(server, async () => {
        for (let at = 0; at < 10; at++) await store.read(['a'])
      })
      t.match(commands, { mget: 10, unlink: 10 })
      // The script's text goes to the server at first.
      if (times === 2) t.match(commands, { evalsha: 1, xrange: 1 })
    }
    await invalidate(store, { keys: ['a'] })
    const commands = await commandsDuring(server, () => store.read(['a']))
    t.strictSame(commands, { mget: 1, unlink: 1 }, 'and its own it knows already')
  }
)

void t.test('a crowd needs few commands', { skip: needsOwnRedis }, async (t) => {
  const server = await redisFor(t)
  const { store } = await connectStore(t, { url: server.url })
  await put(store, { storeKey: 'a', entry: entryOf('of a') })
  const { mget = 0, ...others } = await commandsDuring(server, async () => {
    const crowd = Array.from({ length: 640 }, (_, at) => bodies(store, 'a', `${at}`))
    t.ok((await Promise.all(crowd)).every(([a, other]) => a === 'of a' && other === undefined))
  })
  t.ok(mget > 0 && mget <= 10, `${mget} for 640 readers`)
  t.strictSame(others, { unlink: mget })
})

void t.test('a fill and an invalidation are one script each', { skip: needsOwnRedis }, async (t) => {
  const server = await redisFor(t)
  const { store } = await connectStore(t, { url: server.url })
  const fill = async () => putAt(store, await positionOf(store), { storeKey: 'a', entry: tagged('t') })
  await fill()
  await invalidate(store, { keys: ['a'] })
  t.match(await commandsDuring(server, fill), { mget: 1, unlink: 1, evalsha: 1 })
  t.match(await commandsDuring(server, () => invalidate(store, { tags: ['t'] })), {
    evalsha: 1,
    scan: undefined
  })
})

void t.test(
  'a pattern over 100,000 keys removes exactly those that match and never blocks Redis',
  { skip: needsOwnRedis },
  async (t) => {
    const server = await redisFor(t)
    const { store } = await connectStore(t, { url: server.url, commandTimeoutMs: 1000 })
    await put(
      store,
      ...Array.from({ length: 2000 }, (_, at) => ({
        storeKey: `tagged:${at}`,
        entry: tagged(`user:7:${at % 5}`)
      }))
    )
    const redis = server.client()
    // Of an older epoch and release: to be removed all the same.
    const bytes = Buffer.concat([Buffer.from('epoch-of-before-\u0002'), Buffer.alloc(300)])
    for (let at = 0; at < 100_000; at += 5000) {
      const pipeline = redis.pipeline()
      for (let n = at; n < at + 5000; n++) pipeline.set(`spms:user:${n % 10}:${n}`, bytes, 'PX', 600_000)
      await pipeline.exec()
    }
    await server.cli('config', 'set', 'slowlog-log-slower-than', '0')
    await server.cli('config', 'set', 'slowlog-max-len', '10000')
    await server.cli('slowlog', 'reset')
    const startedAt = performance.now()
    t.match(await invalidate(store, { patterns: ['user:7:*'] }), { outcome: 'done', removed: 12_000 })
    const tookMs = Math.round(performance.now() - startedAt)
    const log = await slowlogOf(server)
    const longestMs = Math.max(...log.map(({ durationMs }) => durationMs))
    t.comment(`${log.length} commands in ${tookMs} ms, the longest blocked Redis for ${longestMs} ms`)
    t.ok(longestMs < 100, 'a few milliseconds, with room for a busy machine')
    t.notOk(log.some(({ name }) => /^(keys|del|flush)/i.test(name)))
    t.equal((await redis.keys('spms:user:7:*')).length, 0)
    t.equal((await redis.keys('spms:user:*')).length, 90_000)
    t.equal((await redis.keys('spms:tagged:*')).length, 0)
    t.equal(await infoOf(server, 'stats', 'evicted_keys'), '0')
  }
)
