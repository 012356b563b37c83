import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { endWithTest, exitOf, nodeCommand } from '../support/children.js'
import { eventually } from '../support/eventually.js'
import { freePort } from '../support/free-port.js'
import { get } from '../support/http.js'
import { MAIN, NODE_ARGUMENTS } from '../support/sidecar-command.js'
import { startSidecar } from '../support/sidecar-process.js'

const ENVIRONMENT = {
  PROXY_HOST: '127.0.0.1',
  OPS_HOST: '127.0.0.1',
  CACHE_STORE: 'memory'
}
const ANY_PORTS = { PROXY_PORT: '0', CONTROL_PORT: '0', OPS_PORT: '0' }

const isOpen = async (port: number): Promise<boolean> => {
  const socket = connect(port, '127.0.0.1')
  const isConnected = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').then(() => false)
  ]).catch(() => false)
  socket.destroy()
  return isConnected
}

t.test('SIGHUP and SIGUSR1 do not end it, and open no inspector', async (t) => {
  const wasOpen = await isOpen(9229)
  const sidecar = await startSidecar(ENVIRONMENT)
  t.teardown(() => sidecar.stop('SIGKILL'))
  process.kill(sidecar.pid, 'SIGUSR1')
  process.kill(sidecar.pid, 'SIGHUP')
  await eventually(() => sidecar.logs.some((line) => line['signal'] === 'SIGHUP'))
  await delay(500)
  t.equal((await get(`${sidecar.ops}/ready`)).status, 200)
  t.equal(await isOpen(9229), wasOpen)
  t.same(await sidecar.stop(), { code: 0, signal: null })
})

/** Says on standard error that SIGTERM is listened to, and whether a part of Node was read before that every door needs. */
const SAYING = `data:text/javascript,${encodeURIComponent(`
  process.on('newListener', (name) => {
    if (name !== 'SIGTERM') return
    const isLate = process.moduleLoadList.includes('NativeModule http')
    queueMicrotask(() => process.stderr.write(isLate ? 'listens late' : 'listens early'))
  })
`)}`

const AS_FIRST_PROCESS = ['unshare', '--pid', '--fork', '--kill-child']

/** A system may forbid namespaces; what the first process does without its own handler is the kernel's. */
const mayBeFirst = spawnSync('unshare', ['--pid', '--fork', 'true']).status === 0

const launch = (t: Test, prefix: readonly string[]) => {
  const [program, args] = nodeCommand([...NODE_ARGUMENTS, '--import', SAYING, MAIN], {
    ...ENVIRONMENT,
    ...ANY_PORTS
  })
  const [command = program, ...rest] = [...prefix, program, ...args]
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'] })
  endWithTest(child)
  t.teardown(() => child.kill('SIGKILL'))
  const listens = async (): Promise<string> => {
    const [chunk] = (await once(child.stderr, 'data')) as [Buffer]
    return chunk.toString()
  }
  const pid = child.pid ?? 0
  const inner = (): number =>
    prefix.length === 0 ? pid : Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'))
  return { child, listens, kill: () => process.kill(inner(), 'SIGTERM') }
}

for (const prefix of [[], ...(mayBeFirst ? [AS_FIRST_PROCESS] : [])]) {
  const name = prefix.length === 0 ? 'a process' : 'the first process of a container'
  void t.test(`SIGTERM is not lost while it starts, as ${name}`, async (t) => {
    const stopAfter = async (waitMs: number): Promise<void> => {
      const { child, listens, kill } = launch(t, prefix)
      child.stdout.resume()
      t.equal(await listens(), 'listens early')
      await delay(waitMs)
      kill()
      t.same(await exitOf(child), { code: 0, signal: null }, `${waitMs} ms after the first moment`)
    }
    await Promise.all([0, 100, 400].map(stopAfter))
  })
}

t.test('`npm start` passes SIGTERM on, and leaves nothing behind', async (t) => {
  const OPS_PORT = `${await freePort()}`
  const variables = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '/tmp',
    ...ENVIRONMENT,
    ...ANY_PORTS,
    OPS_PORT
  }
  const assignments = Object.entries(variables).map(([key, value]) => `${key}=${value}`)
  const child = spawn('env', ['-i', ...assignments, 'npm', 'start'], { stdio: 'ignore', detached: true })
  const group = -(child.pid ?? 0)
  const isLeft = (): boolean => {
    try {
      return process.kill(group, 0)
    } catch {
      return false
    }
  }
  t.teardown(() => isLeft() && process.kill(group, 'SIGKILL'))
  await eventually(async () => (await get(`http://127.0.0.1:${OPS_PORT}/ready`)).status === 200, {
    timeoutMs: 60_000
  })
  child.kill('SIGTERM')
  t.same(await exitOf(child), { code: 0, signal: null })
  t.notOk(isLeft())
  await t.rejects(get(`http://127.0.0.1:${OPS_PORT}/live`))
})

t.test('an error while it exits does not keep it', async (t) => {
  const throwing = 'data:text/javascript,process.on("exit", () => { throw new Error("late") })'
  const sidecar = await startSidecar(ENVIRONMENT, ['--import', throwing, MAIN])
  t.teardown(() => sidecar.stop('SIGKILL'))
  t.same(await sidecar.stop(), { code: 0, signal: null })
})
