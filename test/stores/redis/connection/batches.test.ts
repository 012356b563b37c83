import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { Batches } from '../../../../src/stores/redis/connection/batches.js'
import { BudgetExceededError, type Clock, systemClock } from '../../../../src/stores/time-budget.js'

/** A server that says `+OK` to every command, unless it is told to be silent. */
const setUp = async (
  t: Test,
  { budgetMs = 1000, patienceMs = 2000, isSilent = false, clock = systemClock } = {}
) => {
  const arrivals: string[] = []
  const server = createServer((socket) => {
    socket.setNoDelay().on('data', (chunk) => {
      const text = chunk.toString()
      arrivals.push(text)
      if (!isSilent) socket.write('+OK\r\n'.repeat(text.match(/^\*/gm)?.length ?? 0))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = new Redis({
    port: (server.address() as AddressInfo).port,
    protocol: 2,
    enableReadyCheck: false,
    disableClientInfo: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null
  })
  client.on('error', () => undefined)
  await once(client, 'ready')
  t.teardown(() => {
    client.disconnect()
    server.close()
  })
  const batches = new Batches(client, { budgetMs, patienceMs, clock })
  return { client, arrivals, batches, ask: (key: string) => batches.run(() => client.get(key)) }
}

t.test('the commands of one turn arrive together, those of the next one apart', async (t) => {
  const { arrivals, ask } = await setUp(t)
  arrivals.length = 0
  t.same(await Promise.all(['a', 'b', 'c'].map(ask)), ['OK', 'OK', 'OK'])
  t.equal(arrivals.length, 1)
  await ask('d')
  t.equal(arrivals.length, 2)
})

t.test(
  'a batch that is not answered is given up as a whole, and the next one has its own budget',
  async (t) => {
    const { ask } = await setUp(t, { budgetMs: 20, isSilent: true })
    const asked = ['a', 'b'].map(ask)
    for (const each of asked) await t.rejects(each, BudgetExceededError)
    const startedAt = performance.now()
    await t.rejects(ask('c'), BudgetExceededError)
    t.ok(performance.now() - startedAt > 15)
  }
)

t.test('one that may be late is told of the budget, answered later, and given up in the end', async (t) => {
  const patience = new Set<() => void>()
  const clock: Clock = {
    now: () => 0,
    after: (ms, run) => {
      if (ms !== 60) return systemClock.after(ms, run)
      patience.add(run)
      return () => patience.delete(run)
    }
  }
  const { ask, batches } = await setUp(t, { budgetMs: 20, patienceMs: 60, isSilent: true, clock })
  let late = 0
  let answer: (text: string) => void = () => undefined
  const patient = batches.run(
    () => new Promise<string>((resolve) => (answer = resolve)),
    () => late++
  )
  const quick = batches.run(
    async () => 'at once',
    () => t.fail('it is not late')
  )
  const forEver = batches.run(
    () => new Promise(() => undefined),
    () => late++
  )
  const silent = t.rejects(forEver, { name: 'BudgetExceededError', budgetMs: 60 })
  await t.rejects(ask('a'), { name: 'BudgetExceededError', budgetMs: 20 }, 'the others do not wait for them')
  t.equal(await quick, 'at once')
  t.equal(late, 2)
  answer('after all')
  t.equal(await patient, 'after all')
  for (const over of patience) over()
  await silent
})

t.test('the first commands of a crowd do not wait for its last', async (t) => {
  const { client, batches } = await setUp(t)
  const begun: number[] = []
  const ask = (at: number) =>
    batches.run(() => {
      begun.push(at)
      return client.get(`${at}`)
    })
  const crowd = Array.from({ length: 63 }, (_, at) => ask(at))
  t.same(begun, [])
  crowd.push(ask(63))
  t.equal(begun.length, 64, 'is the last of its batch')
  crowd.push(ask(64))
  t.equal(begun.length, 64, 'is the first of the next')
  t.ok((await Promise.all(crowd)).every((answer) => answer === 'OK'))
  t.same(
    begun,
    Array.from({ length: 65 }, (_, at) => at)
  )
  t.equal(client.stream.writableCorked, 0)
})

t.test('who join a command count as much as commands', async (t) => {
  const { batches, client } = await setUp(t)
  let begun = 0
  const asked = batches.run(() => {
    begun++
    return client.get('a')
  })
  for (let joined = 1; joined < 63; joined++) batches.join()
  t.equal(begun, 0)
  batches.join()
  t.equal(begun, 1, 'with the last of 64')
  t.equal(await asked, 'OK')
  batches.join()
})

t.test('what fails fails alone', async (t) => {
  const { ask, batches } = await setUp(t)
  const asked = ask('a')
  await t.rejects(
    batches.run(() => Promise.reject(new Error('of b'))),
    /of b/
  )
  await t.rejects(
    batches.run(() => {
      throw new Error('of c')
    }),
    /of c/
  )
  t.equal(await asked, 'OK')
})
