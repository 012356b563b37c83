import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import t from 'tap'
import type { Test } from 'tap'
import { eventually } from './eventually.js'
import { needsOwnRedis, startRedis } from './redis-server.js'
import type { RedisServer, RedisServerOptions } from './redis-server.js'

const startFor = async (t: Test, options?: RedisServerOptions): Promise<RedisServer> => {
  const server = await startRedis(options)
  t.teardown(() => server.stop())
  return server
}

t.test(
  'a started server answers a client and takes its configuration',
  { skip: needsOwnRedis },
  async (t) => {
    const server = await startFor(t, { args: ['--maxmemory', '4mb'] })
    t.equal(await server.client().set('key', 'value'), 'OK')
    t.equal(await server.client().get('key'), 'value', 'clients share the database of the url')
    t.strictSame(await server.cli('config', 'get', 'maxmemory'), ['maxmemory', `${4 * 1024 * 1024}`])
  }
)

t.test('a server with a password lets in its own clients only', { skip: needsOwnRedis }, async (t) => {
  const server = await startFor(t, { password: 'p@ss word' })
  t.equal(await server.cli('ping'), 'PONG')
  const stranger = server.client().duplicate({ password: 'wrong' })
  stranger.on('error', () => undefined)
  t.teardown(() => stranger.disconnect())
  await t.rejects(stranger.get('key'))
})

t.test('a frozen server answers nothing until it is thawed', { skip: needsOwnRedis }, async (t) => {
  const server = await startFor(t)
  const client = server.client()
  await client.set('key', 'value')
  server.freeze()
  const reply = client.get('key')
  const first = await Promise.race([reply, new Promise((resolve) => setTimeout(resolve, 200, 'silence'))])
  t.equal(first, 'silence')
  server.thaw()
  t.equal(await reply, 'value')
})

t.test(
  'a killed server refuses clients, and its old clients come back after a restart',
  {
    skip: needsOwnRedis
  },
  async (t) => {
    const server = await startFor(t)
    const client = server.client()
    await client.set('key', 'value')
    const { pid } = server
    t.strictSame(await server.kill(), { code: null, signal: 'SIGKILL' })
    await t.rejects(server.cli('ping'))
    await server.restart()
    t.not(server.pid, pid, 'in a new process')
    t.equal(await eventually(() => client.ping()), 'PONG')
    t.equal(await client.get('key'), null, 'without the data')
  }
)

t.test('a restart keeps the data when told to', { skip: needsOwnRedis }, async (t) => {
  const server = await startFor(t)
  await server.client().set('key', 'value')
  await server.restart({ keepData: true })
  t.equal(await server.client().get('key'), 'value')
})

t.test('a restart after a kill brings back the last snapshot', { skip: needsOwnRedis }, async (t) => {
  const server = await startFor(t)
  const client = server.client()
  await client.set('key', 'old')
  await client.save()
  await client.set('key', 'new')
  await server.kill()
  await server.restart({ keepData: true })
  t.equal(await server.client().get('key'), 'old')
})

t.test('a server that cannot start says why', { skip: needsOwnRedis }, async (t) => {
  const server = await startFor(t)
  await t.rejects(startRedis({ port: server.port }), { message: /in use/ })
})

t.test(
  'stopping removes the folder and ends the process, frozen or not',
  { skip: needsOwnRedis },
  async (t) => {
    const server = await startRedis()
    const folder = String(await server.cli('config', 'get', 'dir')).replace('dir,', '')
    t.ok(existsSync(folder))
    const { pid } = server
    server.freeze()
    await server.stop()
    t.notOk(existsSync(folder))
    t.notOk(isRunning(pid))
  }
)

t.test('no server outlives a test that is killed', { skip: needsOwnRedis }, async (t) => {
  const script = `import { startRedis } from './test/support/redis-server.ts'
    const server = await startRedis()
    console.log(server.pid)
    setInterval(() => undefined, 1000)`
  const test = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const pid = Number(await new Promise((resolve) => test.stdout.once('data', resolve)))
  t.ok(process.kill(pid, 0), 'the server runs')
  test.kill('SIGKILL')
  await eventually(() => !isRunning(pid))
})

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
