import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { eventually } from '../support/eventually.js'
import { freePort } from '../support/free-port.js'
import { get, http } from '../support/http.js'
import { startSidecar } from '../support/sidecar-process.js'

const REQUESTS = 300
const MAIN = fileURLToPath(new URL('throwing-main.ts', import.meta.url))

/** Holds what it is asked until it is released, in the middle of every second answer. */
const startOrigin = async (t: Test) => {
  const held: ServerResponse[] = []
  let isHolding = true
  const server = createServer((_, response) => {
    if (!isHolding) response.end('begun done')
    else if (held.push(response) % 2 === 0) response.write('begun ')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const release = (): void => {
    isHolding = false
    for (const response of held) response.end(response.headersSent ? 'done' : 'begun done')
  }
  return {
    ORIGIN_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => held.length,
    release
  }
}

/** A sidecar that throws in a socket's handler for each connection to `port`. */
const startThrowing = async (t: Test, environment: Readonly<Record<string, string>>) => {
  const origin = await startOrigin(t)
  const port = await freePort()
  const addresses = { PROXY_HOST: '127.0.0.1', OPS_HOST: '127.0.0.1', ORIGIN_URL: origin.ORIGIN_URL }
  const variables = { ...addresses, CACHE_STORE: 'memory', THROW_PORT: `${port}`, ...environment }
  const sidecar = await startSidecar(variables, ['--import', 'tsx', MAIN])
  t.teardown(() => sidecar.stop('SIGKILL'))
  return { origin, port, sidecar }
}

t.test('an error that nobody caught costs no request in progress its answer; exit code 1', async (t) => {
  const { origin, port, sidecar } = await startThrowing(t, { ORIGIN_MAX_CONNECTIONS: `${REQUESTS}` })
  const answers = Array.from({ length: REQUESTS }, (_, n) =>
    http(`${sidecar.proxy}/${n}`, { method: n % 3 === 0 ? 'PUT' : 'GET' })
  )
  await eventually(() => origin.asked() === REQUESTS, { timeoutMs: 30_000 })

  const dependency = connect(port, '127.0.0.1')
  dependency.on('error', () => undefined)
  const fatal = () => sidecar.logs.filter(({ level }) => level === 'fatal')
  for (const [at, text] of ['throw', 'again', 'reject'].entries()) {
    dependency.write(text)
    await eventually(() => fatal().length === at + 1)
    t.match(fatal()[at], {
      msg: /^Nobody caught this error/,
      err: { message: `thrown by a dependency: ${text}`, stack: /throwing-main/ }
    })
  }
  t.equal((await get(`${sidecar.ops}/ready`)).status, 503)
  t.equal((await get(`${sidecar.ops}/live`)).status, 200)
  await t.rejects(get(`${sidecar.proxy}/`), 'the door is closed')

  origin.release()
  const told = (await Promise.all(answers)).map((answer) => `${answer.status} ${answer.text()}`)
  t.strictSame(
    told.filter((text) => text !== '200 begun done'),
    []
  )
  t.equal(told.length, REQUESTS)
  dependency.destroy()
  await eventually(() => sidecar.logs.some(({ msg }) => msg === 'Stopped'))
  t.same(await sidecar.exited(), { code: 1, signal: null })
})

t.test('it ends within a bound, also when a request in progress is never answered', async (t) => {
  const { origin, port, sidecar } = await startThrowing(t, { SHUTDOWN_TIMEOUT_MS: '500' })
  const reading = get(`${sidecar.proxy}/`)
  await eventually(() => origin.asked() === 1)
  const dependency = connect(port, '127.0.0.1')
  dependency.on('error', () => undefined).write('throw')
  await t.rejects(reading)
  t.same(await sidecar.exited(), { code: 1, signal: null })
  // The end of the request that was cut may be told after it.
  const stopped = sidecar.logs.find(({ msg }) => msg.startsWith('Stopped'))
  t.match(stopped, { level: 'warn', cut: 1 })
})
