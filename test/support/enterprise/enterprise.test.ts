import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { eventually } from '../eventually.js'
import { needsOwnRedis, type RedisServer, startRedis } from '../redis-server.js'
import type { RedisServerOptions } from '../redis-server.js'
import { REFUSALS } from './refusals.js'

const start = async (t: Test, options: RedisServerOptions = {}) => {
  const server = await startRedis({ behavesAs: 'enterprise', ...options })
  t.teardown(() => server.stop())
  return { server, caller: callerOf(t, server) }
}

/** Connects as what is tested does: to the address. */
const callerOf = (t: Test, { url }: Pick<RedisServer, 'url'>): Redis => {
  const caller = new Redis(url, { protocol: 2, maxRetriesPerRequest: 0, enableReadyCheck: false })
  caller.on('error', () => undefined)
  t.teardown(() => caller.disconnect())
  return caller
}

const NOT_ALLOWED = { message: 'ERR command is not allowed' }

t.test('commands that Redis Enterprise has reach the server', { skip: needsOwnRedis }, async (t) => {
  const { server, caller } = await start(t)
  await caller.set('key', Buffer.alloc(300_000, 'é'))
  t.equal((await caller.getBuffer('key'))?.length, 300_000)
  t.strictSame(await caller.mget('key', 'none').then((found) => found[1]), null)
  t.equal(await caller.eval("return redis.call('STRLEN', KEYS[1])", 1, 'key'), 300_000)
  t.strictSame(await server.client().keys('*'), ['key'], 'a client of the test sees the same database')
})

t.test('a script that calls INFO is refused, by its digest too', { skip: needsOwnRedis }, async (t) => {
  const { caller } = await start(t)
  const lua = "return redis.call('INFO', 'server')"
  const refused = { message: /This Redis command is not allowed from script/ }
  await t.rejects(caller.eval(lua, 0), refused)
  const sha = String(await caller.script('LOAD', lua))
  await t.rejects(caller.evalsha(sha, 0), refused)
  t.match(await caller.info('server'), /redis_version:/, 'outside of scripts there is one')
  await t.rejects(caller.eval(lua, 0), refused, 'and a script is refused after it as before')
})

/** A call that Redis itself would carry out. */
const CALLS: Readonly<Record<string, string>> = {
  select: "'0'",
  swapdb: "'0', '1'",
  move: "'key', '1'",
  role: '',
  lastsave: '',
  migrate: "'127.0.0.1', '1', 'key', '0', '10'"
}

t.test('a script is refused what no caller has', { skip: needsOwnRedis }, async (t) => {
  const { caller } = await start(t)
  for (const { command } of REFUSALS.filter(({ from }) => from === 'everybody')) {
    const call = [`'${command}'`, CALLS[command]].filter((text) => text !== '').join(', ')
    const refused = { message: /not allowed from script/ }
    await t.rejects(caller.eval(`return redis.call(${call})`, 0), refused, command)
  }
})

t.test('INFO names neither the server behind nor what it evicts', { skip: needsOwnRedis }, async (t) => {
  const { server, caller } = await start(t, { args: ['--maxmemory-policy', 'allkeys-lru'] })
  const info = await caller.info()
  t.match(info, /role:master/)
  t.match(info, /evicted_keys:0/)
  t.notMatch(info, /master_replid|maxmemory_policy|maxmemory:/)
  const own = String(await server.cli('info'))
  t.match(own, /maxmemory_policy:allkeys-lru/)
  const runId = /run_id:\w+/
  t.not(runId.exec(info)?.[0], runId.exec(own)?.[0])
  await server.restart()
  const later = await eventually(() => caller.info('server'))
  t.equal(runId.exec(later)?.[0], runId.exec(info)?.[0], 'a restart does not show')
})

t.test(
  'each command that callers are refused is answered with an error',
  { skip: needsOwnRedis },
  async (t) => {
    const { caller } = await start(t)
    for (const { command, subcommands = [] } of REFUSALS.filter(({ from }) => from !== 'scripts')) {
      for (const subcommand of [...subcommands, ...(subcommands.length > 0 ? [] : ['0'])]) {
        await t.rejects(caller.call(command, subcommand), NOT_ALLOWED, `${command} ${subcommand}`)
      }
    }
    await t.rejects(caller.config('GET', 'maxmemory-policy'), NOT_ALLOWED)
    await t.rejects(caller.cluster('SLOTS'), NOT_ALLOWED)
    t.strictSame(await caller.config('GET', 'lua-time-limit'), ['lua-time-limit', '5000'])
    t.equal(await caller.ping(), 'PONG', 'and the connection goes on')
  }
)

t.test('answers come in the order of the commands', { skip: needsOwnRedis }, async (t) => {
  const { caller } = await start(t)
  const results = await caller.pipeline().incr('n').info('server').incr('n').call('role').incr('n').exec()
  t.strictSame(
    results?.map(([error, value]) => error?.message ?? (typeof value === 'number' ? value : 'info')),
    [1, 'info', 2, 'ERR command is not allowed', 3]
  )
})

t.test('a password is asked for, and a wrong one is refused', { skip: needsOwnRedis }, async (t) => {
  const { server, caller } = await start(t, { password: 'p@ss word' })
  t.equal(await caller.set('key', 'value'), 'OK')
  t.match(await caller.info('server'), /redis_version:/)
  await t.rejects(caller.eval("return redis.call('INFO')", 0), { message: /not allowed from script/ })
  const stranger = callerOf(t, { url: server.url.replace(/:[^:@]*@/, '') })
  await t.rejects(stranger.get('key'), { message: /NOAUTH/ })
  await t.rejects(stranger.call('role'), { message: /NOAUTH/ }, 'before anything else')
  const wrong = callerOf(t, { url: server.url.replace('p%40ss', 'wrong') })
  await t.rejects(wrong.get('key'), { message: /WRONGPASS|NOAUTH/ })
})

t.test(
  'a connection ends with the server behind it, hangs with it, and comes back with it',
  { skip: needsOwnRedis },
  async (t) => {
    const { server, caller } = await start(t)
    await caller.set('key', 'value')
    const closed = new Promise((resolve) => caller.once('close', resolve))
    await server.kill()
    await closed
    await server.restart()
    t.equal(await eventually(() => caller.ping()), 'PONG')
    server.freeze()
    const reply = caller.ping()
    const first = await Promise.race([reply, new Promise((resolve) => setTimeout(resolve, 200, 'silence'))])
    t.equal(first, 'silence')
    server.thaw()
    t.equal(await reply, 'PONG')
  }
)

t.test('a database that shards refuses what reaches two slots', { skip: needsOwnRedis }, async (t) => {
  const { server, caller } = await start(t, { behavesAs: 'enterprise-clustered' })
  const both = "return redis.call('MGET', KEYS[1], KEYS[2])"
  await t.rejects(caller.eval(both, 2, 'spms:a', 'spms:b'), { message: /CROSSSLOT/ })
  t.strictSame(await caller.eval(both, 2, '{spms}:a', '{spms}:b'), [null, null])
  await t.rejects(caller.cluster('SLOTS'), NOT_ALLOWED)
  await server.restart()
  t.equal(await eventually(() => caller.set('key', 'value')), 'OK', 'and so after a restart')
})

t.test('the OSS policy leads a client of Redis Cluster to the proxy', { skip: needsOwnRedis }, async (t) => {
  const { server, caller } = await start(t, { behavesAs: 'enterprise-oss' })
  const slots = await caller.cluster('SLOTS')
  t.match(slots, [[0, 16383, ['127.0.0.1', server.port]]])
  await t.rejects(caller.cluster('MYID'), NOT_ALLOWED)
})
