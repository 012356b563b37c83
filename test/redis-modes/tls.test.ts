import { readFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import t from 'tap'
import { startOrigin } from '../demo/start-origin.js'
import { storeContract } from '../stores/contract.js'
import { eventually } from '../support/eventually.js'
import { freePort } from '../support/free-port.js'
import { get } from '../support/http.js'
import { startRedis, needsOwnRedis } from '../support/redis-server.js'
import { runSidecar, startSidecar } from '../support/sidecar-process.js'
import { makeCertificates } from '../support/certificates.js'
import { inspectTlsStore } from './tls-store.js'

const skip = needsOwnRedis
const PASSWORD = 'p@ss/word:%'

/** The commands that the page about Redis gives to a user of its own. */
const aclFrom = (page: string): string[] => {
  const [, rules = ''] =
    /^redis-cli acl setuser sidecar on '>a-long-password' '~spms:\*' ((?:.*\\\n)*.*)/m.exec(page) ?? []
  return rules.replaceAll('\\\n', ' ').replaceAll('\\|', '|').split(/\s+/).filter(Boolean)
}

void t.test('TLS with a user of its own', { skip }, async (t) => {
  const certificates = makeCertificates(t)
  const port = await freePort()
  const rules = aclFrom(readFileSync('docs/redis.md', 'utf8'))
  t.ok(rules.length > 20, `${rules.length} rules on the page`)
  const user = ['sidecar', 'on', `>${PASSWORD}`, '~spms:*', ...rules]
  const server = await startRedis({
    args: [...certificates.serverArgs(port), '--user', 'default', 'off', '--user', ...user]
  })
  t.teardown(() => server.stop())
  const url = `rediss://127.0.0.1:${port}/1`
  const login = { REDIS_USERNAME: 'sidecar', REDIS_PASSWORD: PASSWORD }

  await t.test('keeps the contract of every store', (t) =>
    storeContract(t, async (t) => {
      const inspected = await inspectTlsStore(t, {
        ...{ url, username: 'sidecar', password: PASSWORD, caFile: certificates.ca },
        prefix: `spms:${randomUUID()}:`
      })
      await inspected.store.sweep()
      return inspected
    })
  )

  await t.test(
    'a certificate of another authority, or of none known, is told, and the sidecar forwards',
    async (t) => {
      const { address } = await startOrigin(t)
      for (const caFile of [certificates.strangerCa, '']) {
        const sidecar = await startSidecar({
          ...{ ORIGIN_URL: address, REDIS_URL: url, REDIS_CA_FILE: caFile, LOG_LEVEL: 'warn' },
          ...login
        })
        t.teardown(() => sidecar.stop())
        const down = await eventually(() =>
          sidecar.logs.find(({ reason }) => /certificate/.test(String(reason)))
        )
        t.comment(`${String(down?.msg)}: ${String(down?.['reason'])}`)
        t.equal((await get(`${sidecar.proxy}/api/v1/users/2/projects`)).status, 200)
        t.notMatch(JSON.stringify(sidecar.logs), PASSWORD)
      }
    }
  )

  await t.test('a CA file that is missing, or without TLS, ends the start with one line', async (t) => {
    for (const [environment, says] of [
      [
        { REDIS_URL: url, REDIS_CA_FILE: '/none.pem' },
        /^REDIS_CA_FILE=\/none\.pem: must be a readable file.*\n$/
      ],
      [{ REDIS_URL: 'redis://h', REDIS_CA_FILE: '/none.pem' }, /^REDIS_CA_FILE=.*rediss\n$/],
      [{ REDIS_URL: 'redis+http://:secret@h' }, /^REDIS_URL=\(hidden\): must be [^\n]*\n$/]
    ] as const) {
      const ended = await runSidecar(environment)
      t.equal(ended.code, 1)
      t.match(ended.stderr, says)
    }
  })
})
