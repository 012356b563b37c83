import t from 'tap'
import { readConfig } from '../../src/config/config.js'
import { peersOf } from '../../src/sidecar/peers.js'
import { startSidecar, runSidecar } from '../support/sidecar-process.js'
import { needsOwnRedis } from '../support/redis-server.js'
import { redisFor } from '../stores/redis-fixtures.js'
import { createRandom, partsShown, secretOf, WAYS } from './secrets.js'

const COUNT = 10_000

/** What a start with these settings would print. */
const said = (environment: Readonly<Record<string, string>>): string => {
  try {
    return JSON.stringify(peersOf(readConfig(environment)))
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

t.test(`no part of ${COUNT} random passwords and tokens is in what a start prints`, async (t) => {
  const random = createRandom(1)
  const kinds = new Set<string>()
  for (let n = 0; n < COUNT; n++) {
    const secret = secretOf(random)
    for (const { name, environment } of WAYS) {
      const settings = environment(secret)
      const text = said(settings)
      kinds.add(`${name}: ${text.startsWith('{') ? 'taken' : 'refused'}`)
      const shown = partsShown(text, secret)
      if (shown.length > 0) t.strictSame(shown, [], `${name}: ${JSON.stringify(settings)} says ${text}`)
    }
  }
  t.comment([...kinds].sort().join('\n'))
  for (const kind of [
    'a password in REDIS_URL encoded: taken',
    'CONTROL_TOKEN: taken',
    'REDIS_PASSWORD: taken'
  ])
    t.ok(kinds.has(kind), kind)
  for (const kind of ['a password in REDIS_URL as it is: refused', 'ORIGIN_URL with a user: refused'])
    t.ok(kinds.has(kind), kind)
})

t.test('nor in what the process itself prints', { skip: needsOwnRedis }, async (t) => {
  const random = createRandom(2)
  const quiet = { PROXY_HOST: '127.0.0.1', OPS_HOST: '127.0.0.1', LOG_LEVEL: 'trace', WARM_TIMEOUT_MS: '300' }
  const ports = { PROXY_PORT: '0', CONTROL_PORT: '0', OPS_PORT: '0' }
  let refused = 0
  const refuse = async ({ name, environment }: (typeof WAYS)[number]): Promise<void> => {
    const secret = secretOf(random)
    const settings = { ...quiet, ...ports, ...environment(secret) }
    // Those that are taken would run on.
    if (said(settings).startsWith('{')) return
    const { code, stdout, stderr } = await runSidecar(settings)
    refused++
    t.equal(code, 1, name)
    t.strictSame(partsShown(stdout + stderr, secret), [], `${name}: ${stdout}${stderr}`)
  }
  for (const way of WAYS) await Promise.all([refuse(way), refuse(way)])
  t.ok(refused >= 20, `${refused} starts that failed`)

  const server = await redisFor(t, { password: 'another' })
  const address = server.url.replace(/\/\/.*@/, '//')
  for (let n = 0; n < 4; n++) {
    const [password, token, identity] = [
      secretOf(random),
      secretOf(random),
      secretOf(random).replaceAll(' ', '_')
    ]
    const inAddress = address.replace('//', `//:${encodeURIComponent(password)}@`)
    const sidecar = await startSidecar({
      ...quiet,
      ...(n % 2 === 0 ? { REDIS_URL: inAddress } : { REDIS_URL: address, REDIS_PASSWORD: password }),
      CONTROL_TOKEN: token.trim().padEnd(16, '-'),
      WARM_IDENTITY: JSON.stringify({ 'Remote-User': identity }),
      ORIGIN_URL: 'http://127.0.0.1:1'
    })
    await sidecar.stop()
    const text = JSON.stringify(sidecar.logs)
    t.match(text, /WRONGPASS/, 'Redis has refused it')
    for (const secret of [password, token, identity]) t.strictSame(partsShown(text, secret), [])
  }
})
