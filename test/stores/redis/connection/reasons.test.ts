import { createServer, type Server } from 'node:net'
import t, { type Test } from 'tap'
import { createLogObserver } from '../../../../src/telemetry/log-observer.js'
import { createLogger } from '../../../../src/telemetry/logger.js'
import { observeAll } from '../../../../src/telemetry/observe.js'
import { eventually } from '../../../support/eventually.js'
import { freePort } from '../../../support/free-port.js'
import { collectLines } from '../../../support/log-lines.js'
import { needsOwnRedis, type RedisServer } from '../../../support/redis-server.js'
import { openStore, redisFor, untilUp } from '../../redis-fixtures.js'

const skip = needsOwnRedis

/** A store that is up, and what the log says of it from then on. */
const start = async (t: Test, url: string) => {
  const { destination, lines } = collectLines()
  const log = createLogger({ level: 'warn', destination })
  let attempts = 0
  const watcher = {
    storeStaysDown: () => {
      attempts++
    }
  }
  const observer = observeAll([watcher, createLogObserver({ log, now: () => performance.now() })])
  const { store } = await openStore(t, { url, observer })
  await untilUp(store)
  return {
    store,
    lines,
    attempts: () => attempts,
    /** Until the last reason that the log gives is this one. */
    untilSaid: (reason: RegExp, hint: RegExp) =>
      eventually(() => {
        const { reason: said, hint: advice } = lines.filter((line) => 'reason' in line).at(-1) ?? {}
        return reason.test(String(said)) && hint.test(String(advice))
      })
  }
}

/** Changes the settings of the server, and ends its connections but this one. */
const change = async (server: RedisServer, settings: Readonly<Record<string, string>>) => {
  const admin = server.client()
  await admin.ping()
  for (const [name, value] of Object.entries(settings)) await admin.config('SET', name, value)
  await admin.call('client', 'kill', 'type', 'normal', 'skipme', 'yes')
  return admin
}

void t.test('a password that is changed is the reason in the log', { skip }, async (t) => {
  const server = await redisFor(t, { password: 'old' })
  const { store, lines, untilSaid } = await start(t, server.url)
  const admin = await change(server, { requirepass: 'new' })
  t.ok(await untilSaid(/WRONGPASS/, /REDIS_PASSWORD/))
  await admin.config('SET', 'requirepass', 'old')
  await untilUp(store)
  t.ok(lines.length <= 4, `${lines.length} lines: the cut, the password, the connection again`)
})

void t.test('a password that is asked for from now on is, too', { skip }, async (t) => {
  const server = await redisFor(t)
  const { untilSaid } = await start(t, server.url)
  await change(server, { requirepass: 'new' })
  t.ok(await untilSaid(/NOAUTH/, /REDIS_PASSWORD/))
})

void t.test(
  'so is a server without connections left, and not the reset that follows',
  { skip },
  async (t) => {
    // A proxy before it has a limit of its own.
    const server = await redisFor(t, { behavesAs: 'redis' })
    const { store, lines, untilSaid } = await start(t, server.url)
    const admin = await change(server, { maxclients: '1' })
    await untilSaid(/max number of clients/, /raise maxclients/)
    const said = lines.length
    // Some more attempts.
    await new Promise((wake) => setTimeout(wake, 2000))
    t.equal(lines.length, said, 'told once')
    await admin.config('SET', 'maxclients', '100')
    await untilUp(store)
  }
)

void t.test('so is a server that is gone, and one that comes back with a password', { skip }, async (t) => {
  // A proxy before it would still be there.
  const server = await redisFor(t, { behavesAs: 'redis' })
  const { untilSaid } = await start(t, server.url)
  await server.kill()
  t.ok(await untilSaid(/ECONNREFUSED/, /check that it runs/))
  await server.restart({ args: ['--requirepass', 'new'] })
  t.ok(await untilSaid(/NOAUTH/, /REDIS_PASSWORD/))
})

void t.test('so is a server that refused the password, and then is gone', { skip }, async (t) => {
  // A proxy before it would still be there.
  const server = await redisFor(t, { password: 'old', behavesAs: 'redis' })
  const { untilSaid } = await start(t, server.url)
  await change(server, { requirepass: 'new' })
  t.ok(await untilSaid(/WRONGPASS/, /REDIS_PASSWORD/))
  await server.kill()
  t.ok(await untilSaid(/ECONNREFUSED/, /check that it runs/))
})

void t.test('connections that end without a word are told as such', async (t) => {
  const { destination, lines } = collectLines()
  const log = createLogger({ level: 'warn', destination })
  const port = await freePort()
  await openStore(t, {
    url: `redis://127.0.0.1:${port}/0`,
    observer: observeAll([createLogObserver({ log, now: () => 20 * performance.now() })])
  })
  await eventually(() => lines.some(({ reason }) => /ECONNREFUSED/.test(String(reason))))
  const server: Server = createServer((socket) => socket.destroy())
  t.teardown(() => server.close())
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await eventually(() => /closed|ECONNRESET|EPIPE/.test(String(lines.at(-1)?.['reason'])))
  t.match(lines.at(-1), { hint: /log of Redis/ })
})
