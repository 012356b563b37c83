import t, { type Test } from 'tap'
import { KnownServer } from '../../../src/stores/redis/known-server.js'
import { needsOwnRedis } from '../../support/redis-server.js'
import { entryOf, invalidate, put, readable } from '../fixtures.js'
import { createRecorder } from '../observer.js'
import { connectStore, redisFor } from '../redis-fixtures.js'

const FIELDS = 'run_id:a\r\nmaster_replid:b\r\nrole:master\r\ntotal_commands_processed:9\r\n'
const EVICTIONS = 'evicted_keys:0\r\nmaxmemory_policy:allkeys-lru\r\n'

/** A server that tells what it is told to tell. */
const serverOf = (info: string) => {
  const answer = { info, asked: 0, error: undefined as Error | undefined }
  const observer = createRecorder()
  const server = new KnownServer(
    {
      info: async () => {
        answer.asked++
        if (answer.error !== undefined) throw answer.error
        return answer.info
      }
    },
    observer
  )
  return { answer, server, told: observer.told.storeLacks }
}

t.test('what it does not tell is told once, until it is something else', async (t) => {
  const { answer, server, told } = serverOf('')
  await server.ask()
  await server.ask()
  t.strictSame(told, [{ capabilities: ['identity', 'evictions'], reason: undefined }])
  t.equal(await server.askOfEvictions(), undefined)
  t.equal(answer.asked, 2, 'and not asked for where it is not told')
  answer.info = FIELDS
  await server.ask()
  t.match(told.at(-1), { capabilities: ['evictions'] })
  answer.info = FIELDS + EVICTIONS
  await server.ask()
  t.equal(told.length, 2)
  t.equal(server.words, 'a,b allkeys-lru 0 9')
})

t.test('one that refuses to tell has nothing to tell; another failure is one', async (t) => {
  const { answer, server, told } = serverOf(FIELDS + EVICTIONS)
  await server.ask()
  answer.error = new Error("ERR unknown command 'info'")
  t.match(await server.ask(), { identity: undefined, role: undefined })
  t.match(told, [{ capabilities: ['identity', 'evictions'], reason: /unknown command/ }])
  answer.error = new Error('LOADING Redis is loading the dataset in memory')
  await t.rejects(server.ask(), { message: /^LOADING/ })
})

t.test('figures that were reset are evictions in the epoch in which they were seen', async (t) => {
  const position = (epoch: string) => `${epoch.repeat(16)}:1-0`
  const { answer, server } = serverOf(FIELDS + EVICTIONS)
  const { words } = { words: 'a,b allkeys-lru 0 5' }
  const hasEvicted = async (epoch: string, commands: number): Promise<boolean> => {
    answer.info = (FIELDS + EVICTIONS).replace(':9', `:${commands}`)
    const now = await server.ask()
    return server.hasEvicted({ words, now, position: position(epoch) })
  }
  t.notOk(await hasEvicted('e', 100))
  t.notOk(await hasEvicted('e', 101))
  t.ok(await hasEvicted('e', 50))
  t.notOk(await hasEvicted('e', 60))
  t.notOk(await hasEvicted('f', 10), 'a new epoch has begun since')
})

const aclFor = async (t: Test, rule: string) => {
  const server = await redisFor(t, { behavesAs: 'redis' })
  await server.cli('acl', 'setuser', 'sidecar', 'on', '>secret', 'allcommands', 'allkeys', rule)
  return server.url.replace('redis://', 'redis://sidecar:secret@')
}

void t.test('a store whose user may not ask for INFO works', { skip: needsOwnRedis }, async (t) => {
  const { store, told } = await connectStore(t, { url: await aclFor(t, '-info') })
  await put(store, { storeKey: 'a', entry: entryOf('') })
  t.strictSame(await readable(store, 'a'), ['a'])
  t.match(await invalidate(store, { keys: ['a'] }), { outcome: 'done', removed: 1 })
  t.strictSame(await readable(store, 'a'), [])
  await store.sweep()
  t.match(told.storeLacks, [{ capabilities: ['identity', 'evictions'], reason: /^INFO: NOPERM/ }])
  t.match(told.storeChanged, [{ state: 'up' }])
})
