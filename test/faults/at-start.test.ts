import { createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { freePort } from '../support/free-port.js'
import { addressAt, needsOwnRedis } from '../support/redis-server.js'
import { tryFault } from './fault-trial.js'
import { FAULTS, PASSWORD } from './faults.js'
import { type Figures, printFigures } from './figures.js'
import { judgeValues } from './invalidations.js'
import { startOrigin } from './origin-process.js'
import { redisFor, sidecarFor } from './stage.js'
import { runTrial } from './trial.js'
import { judgeCallers, judgeLog } from './verdict.js'

/** So that a connection that is accepted and not answered is given up within the fault. */
const IMPATIENT = { REDIS_CONNECT_TIMEOUT_MS: '500' }

/** Far more than it takes: a busy machine is slow to start processes. */
t.setTimeout(150_000)

void t.test('Redis has failed before the start', { skip: needsOwnRedis }, async (t) => {
  const origin = await startOrigin(t)
  const rows: Figures[] = []
  for (const fault of FAULTS) {
    const { name, begin, end, isSilent = false } = fault
    await t.test(`${name}: the sidecar starts, forwards, and uses Redis once it can`, async (t) => {
      const redis = await redisFor(t, { password: PASSWORD })
      const admin = redis.client()
      await admin.ping()
      await begin(redis, admin)
      const sidecar = await sidecarFor(t, origin, redis.url, isSilent ? IMPATIENT : {})
      t.comment(`ready after ${sidecar.readyAfterMs.toFixed()} ms`)
      rows.push(await tryFault(t, fault, { sidecar, origin, end: () => end(redis, admin) }))
    })
  }

  await t.test('silent: a server that accepts and never answers is given up, again and again', async (t) => {
    const silent = await startSilentServer(t)
    const sidecar = await sidecarFor(t, origin, addressAt(silent.port), IMPATIENT)
    const figures = await runTrial(t, {
      name: 'silent',
      sidecar,
      origin,
      during: () => judgeValues(t, sidecar, false),
      end: async () => {
        t.ok(silent.connections() > 1, `${silent.connections()} connections so far`)
        t.ok(silent.open() <= 1, 'one at a time')
        await silent.close()
        await redisFor(t, { port: silent.port })
      }
    })
    rows.push(figures)
    judgeCallers(t, figures)
    judgeLog(t, sidecar.logs, false)
  })
  printFigures(t, rows)
})

const startSilentServer = async (t: Test) => {
  const open = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    connections++
    open.add(socket)
    socket.resume()
    socket.on('error', () => undefined)
    socket.once('close', () => open.delete(socket))
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const close = (): Promise<unknown> => {
    for (const socket of open) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  }
  t.teardown(close)
  return { port, connections: () => connections, open: () => open.size, close }
}
