import t, { type Test } from 'tap'
import { pino } from 'pino'
import { readConfig } from '../../src/config/config.js'
import { createSidecar } from '../../src/sidecar/sidecar.js'
import { startOrigin } from '../demo/start-origin.js'
import { eventually } from '../support/eventually.js'
import { freePort } from '../support/free-port.js'
import { get, http } from '../support/http.js'
import { startSidecar } from '../support/sidecar-process.js'
import { BRANCHES, IDENTITY, STAFF, warmingEnvironment } from './stage.js'

const progressOf = async (control: string): Promise<unknown> => (await get(`${control}/v1/warm`)).json()

t.test('the first reads of a sidecar that is ready are hits', async (t) => {
  const { origin, address } = await startOrigin(t)
  const sidecar = await startSidecar(warmingEnvironment(t, address))
  t.equal(origin.requests(STAFF), 1)
  t.match((await get(sidecar.proxy + STAFF)).headers['cache-status'], /^spms; hit/)
  const branches = await get(sidecar.proxy + BRANCHES, { headers: IDENTITY })
  t.match(branches.headers['cache-status'], /^spms; hit/)
  t.equal(origin.requests(), 2)
  t.match(await progressOf(sidecar.control), { state: 'finished', total: 2, done: 2, stored: 2 })

  const again = await http(`${sidecar.control}/v1/warm`, { method: 'POST' })
  t.equal(again.status, 202)
  await eventually(async () => JSON.stringify(await progressOf(sidecar.control)).includes('"fresh":2'))
  t.equal(origin.requests(), 2, 'what is fresh is not fetched again')

  await sidecar.stop()
  t.match(
    sidecar.logs.filter(({ msg }) => msg === 'Warming has ended'),
    [{ level: 'info', stored: 2, failed: 0, durationMs: Number }, { fresh: 2 }]
  )
  t.notMatch(JSON.stringify(sidecar.logs), /Verysecret|user1@sample/)
})

t.test('without an identity, only what is public is read', async (t) => {
  const { origin, address } = await startOrigin(t)
  const sidecar = await startSidecar({ ...warmingEnvironment(t, address), WARM_IDENTITY: '' })
  t.equal(origin.requests(BRANCHES), 0)
  t.match(await progressOf(sidecar.control), { state: 'finished', done: 2, stored: 1, skipped: 1 })
  t.match(
    sidecar.logs.find(({ msg }) => msg === 'Warming has begun'),
    { level: 'info', total: 2, skipped: { [BRANCHES]: 'no-identity' } }
  )
  await sidecar.stop()
})

t.test('an origin that is away, fails or hangs holds readiness no longer than the bound', async (t) => {
  const { origin, address } = await startOrigin(t)
  const away = `http://127.0.0.1:${await freePort()}`
  for (const [name, url, fail] of [
    ['away', away, undefined],
    ['failing', address, { status: 503 }],
    ['hanging', address, 'hang']
  ] as const) {
    origin.fail = fail
    const sidecar = await startSidecar({ ...warmingEnvironment(t, url), WARM_TIMEOUT_MS: '1200' })
    t.match(await progressOf(sidecar.control), { state: 'timed-out', done: 2, failed: 2 }, name)
    const { durationMs } = (await progressOf(sidecar.control)) as { durationMs: number }
    t.ok(durationMs >= 1190 && durationMs < 1700, `${name}: ${durationMs} ms`)
    await sidecar.stop()
  }
})

t.test(
  'while it warms, the doors are open and readiness fails; once the origin is there, it is ready',
  async (t) => {
    const { origin, address } = await startOrigin(t)
    origin.fail = { status: 503 }
    const { control, ops, proxy } = await listening(t, warmingEnvironment(t, address))
    t.equal((await get(`${ops}/live`)).status, 200)
    const ready = await get(`${ops}/ready`)
    t.equal(ready.status, 503)
    t.match(ready.json(), { status: 'not ready', reason: String })
    t.equal((await get(`${proxy}/health/`)).status, 503, 'of the origin')
    t.match(await progressOf(control), { state: 'running', total: 2, done: 0 })
    const joined = await http(`${control}/v1/warm`, { method: 'POST' })
    t.match(joined.json(), { state: 'running' })

    origin.fail = undefined
    await eventually(async () => (await get(`${ops}/ready`)).status === 200)
    t.match(await progressOf(control), { state: 'finished', stored: 2 })
  }
)

t.test('the signal to stop ends warming', async (t) => {
  const { origin, address } = await startOrigin(t)
  origin.fail = 'hang'
  const { sidecar, lines, ops } = await listening(t, warmingEnvironment(t, address))
  await eventually(() => origin.requests() === 2)
  const startedAt = Date.now()
  await sidecar.close()
  t.ok(Date.now() - startedAt < 5000)
  t.match(lines.join(''), /"state":"stopped".*Warming has ended/)
  await t.rejects(get(`${ops}/ready`))
})

/** In this process, on ports of its own, as soon as its doors are open. */
const listening = async (t: Test, environment: Readonly<Record<string, string>>) => {
  const lines: string[] = []
  const log = pino({ level: 'debug' }, { write: (line) => lines.push(line) })
  const ports = {
    PROXY_PORT: '0',
    CONTROL_PORT: '0',
    OPS_PORT: '0',
    PROXY_HOST: '127.0.0.1',
    OPS_HOST: '127.0.0.1'
  }
  const sidecar = await createSidecar({ config: readConfig({ ...environment, ...ports }), log })
  const addresses = await sidecar.listen()
  let closing: Promise<unknown> | undefined
  const close = (): Promise<unknown> => (closing ??= sidecar.close())
  t.teardown(close)
  return { ...addresses, lines, sidecar: { close } }
}
