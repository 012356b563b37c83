import t from 'tap'
import type { Reading } from '../../../src/cache/store.js'
import { gatherReads } from '../../../src/stores/redis/read.js'
import type { Run } from '../../../src/stores/redis/connection/connection.js'
import { bodies, entryOf, invalidate, put } from '../fixtures.js'
import { connectStore, redisFor } from '../redis-fixtures.js'
import { needsOwnRedis } from '../../support/redis-server.js'

/** Begins at once, as the connection does with what fills a batch. */
const connectionOf = (isUp = () => true) => {
  let joined = 0
  const run: Run = (_operation, work) => (isUp() ? work() : Promise.reject(new Error('down')))
  return {
    get state() {
      return isUp() ? ('up' as const) : ('down' as const)
    },
    run,
    join: () => {
      joined++
    },
    joined: () => joined
  }
}

/** Answers with each store key's own name, when it is told to. */
const setUp = (isUp = () => true) => {
  const asked: (readonly string[])[] = []
  const answers: (() => void)[] = []
  const connection = connectionOf(isUp)
  const read = gatherReads(connection, (storeKeys) => {
    asked.push(storeKeys)
    const reading: Reading = {
      position: `p${asked.length}`,
      entries: storeKeys.map((storeKey) => entryOf(storeKey))
    }
    return new Promise((resolve) => answers.push(() => resolve(reading)))
  })
  const found = async (...storeKeys: string[]) => {
    const { position, entries } = await read(storeKeys)
    return [position, ...entries.map((entry) => entry?.body.toString())]
  }
  return {
    asked,
    found,
    read,
    joined: connection.joined,
    answer: () => answers.splice(0).forEach((give) => give())
  }
}

t.test('reads that begin in one go are one, and each has its own answer in its own order', async (t) => {
  const { asked, found, answer, joined } = setUp()
  const reads = [found('a', 'proof'), found('b', 'proof'), found(), found('proof', 'a')]
  await Promise.resolve()
  t.strictSame(asked, [['a', 'proof', 'b']])
  answer()
  t.strictSame(await Promise.all(reads), [
    ['p1', 'a', 'proof'],
    ['p1', 'b', 'proof'],
    ['p1'],
    ['p1', 'proof', 'a']
  ])
  t.equal(joined(), 3, 'who are counted, so that a crowd is not kept waiting')
})

t.test('one that begins when the command has been made has a command of its own', async (t) => {
  const { asked, found, answer } = setUp()
  const first = found('a')
  await Promise.resolve()
  const second = found('a')
  await Promise.resolve()
  t.strictSame(asked, [['a'], ['a']], 'though the first is not answered yet')
  answer()
  t.strictSame(await Promise.all([first, second]), [
    ['p1', 'a'],
    ['p2', 'a']
  ])
})

t.test('no command asks for more than 128 store keys, but for a read that is larger by itself', async (t) => {
  const { asked, found, answer } = setUp()
  const storeKeysOf = (reader: number, count: number) =>
    Array.from({ length: count }, (_, at) => `${reader}:${at}`)
  const reads = [100, 28, 1, 200, 1].map((count, reader) => found(...storeKeysOf(reader, count)))
  await Promise.resolve()
  t.strictSame(
    asked.map(({ length }) => length),
    [128, 1, 200, 1]
  )
  answer()
  t.strictSame(
    (await Promise.all(reads)).map(([position, ...names]) => [position, names.length, names.at(-1)]),
    [
      ['p1', 100, '0:99'],
      ['p1', 28, '1:27'],
      ['p2', 1, '2:0'],
      ['p3', 200, '3:199'],
      ['p4', 1, '4:0']
    ]
  )
})

t.test('what fails fails for all who share it, and for nobody after', async (t) => {
  let calls = 0
  const read = gatherReads(connectionOf(), async () => {
    if (++calls === 1) throw new Error('of Redis')
    return { position: 'p', entries: [] }
  })
  const shared = [read(['a']), read(['b'])]
  for (const each of shared) await t.rejects(each, /of Redis/)
  t.match(await read([]), { position: 'p' })
})

t.test(
  'while the connection is down nobody joins a read that began before, and none is remembered',
  async (t) => {
    let isUp = true
    const { asked, found, answer } = setUp(() => isUp)
    const first = found('a')
    isUp = false
    await t.rejects(found('a'), /down/)
    t.strictSame(asked, [['a']])
    isUp = true
    const second = found('a')
    await Promise.resolve()
    answer()
    t.strictSame(await Promise.all([first, second]), [
      ['p1', 'a'],
      ['p2', 'a']
    ])
  }
)

t.test('the last reader of a full batch is answered', { skip: needsOwnRedis }, async (t) => {
  const { store } = await connectStore(t, { url: (await redisFor(t)).url })
  await put(store, { storeKey: 'a', entry: entryOf('of a') })
  const others = Array.from({ length: 63 }, () => store.sizes(['none']))
  t.strictSame(await bodies(store, 'a'), ['of a'])
  await Promise.all(others)
})

t.test(
  'who reads after an invalidation shares no command with those before',
  { skip: needsOwnRedis },
  async (t) => {
    const server = await redisFor(t)
    const { store } = await connectStore(t, { url: server.url })
    const { store: other } = await connectStore(t, { url: server.url })
    const after: (string | undefined)[] = []
    for (let round = 0; round < 200; round++) {
      await put(store, { storeKey: 'a', entry: entryOf(`${round}`) })
      let isOver = false
      const invalidated = invalidate(other, { keys: ['a'] })
        .then(() => bodies(store, 'a'))
        .finally(() => {
          isOver = true
        })
      const meanwhile = async (): Promise<void> => {
        while (!isOver) await bodies(store, 'a')
      }
      const readers = Promise.all([meanwhile(), meanwhile(), meanwhile()])
      after.push(...(await invalidated))
      await readers
    }
    t.strictSame(
      after,
      Array.from({ length: 200 }, () => undefined)
    )
  }
)

void t.test('sizes are told without reading', { skip: needsOwnRedis }, async (t) => {
  const server = await redisFor(t)
  const { store } = await connectStore(t, { url: server.url })
  await put(store, { storeKey: 'a', entry: entryOf(Buffer.alloc(100_000)) })
  await server.cli('sadd', 'spms:set', 'x')
  const [a = 0, ...others] = await store.sizes(['a', 'none', 'set'])
  t.ok(a >= 100_000 && a < 101_000, `${a}`)
  t.strictSame(others, [0, 0])
})
