import { cpSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { eventually } from '../support/eventually.js'
import { get } from '../support/http.js'
import { runSidecar, startSidecar } from '../support/sidecar-process.js'
import { loadOutbox } from '../../src/sidecar/load-outbox.js'
import { readConfig } from '../../src/config/config.js'
import { createLogger } from '../../src/telemetry/logger.js'
import { createRecorder } from '../stores/observer.js'

const DIST = new URL('../../dist', import.meta.url).pathname
const MEMORY = { CACHE_STORE: 'memory' }
const URL_OF_NOBODY = 'postgres://cache@127.0.0.1:1/spms'

t.test(
  'without OUTBOX_URL nothing of it is loaded: the sidecar runs without the file that holds it',
  async (t) => {
    const folder = join(t.testdir({}), 'dist')
    cpSync(DIST, folder, { recursive: true })
    const files = readdirSync(folder).filter((name) => /^outbox-.*\.js$/.test(name))
    t.equal(files.length, 1)
    for (const name of files) rmSync(join(folder, name))
    const main = join(folder, 'main.js')
    const sidecar = await startSidecar(MEMORY, [main])
    t.equal((await get(`${sidecar.ops}/ready`)).status, 200)
    t.notMatch((await get(`${sidecar.ops}/metrics`)).text(), /^spms_cache_outbox_up /m)
    t.match(await sidecar.stop(), { code: 0 })
    await t.rejects(startSidecar({ ...MEMORY, OUTBOX_URL: URL_OF_NOBODY }, [main]), /outbox-/)
  }
)

t.test('what is wrong with it stops the start with one line', async (t) => {
  for (const [environment, said] of [
    [{ OUTBOX_URL: 'mysql://cache@db/spms' }, /^OUTBOX_URL=\(hidden\): must match .*\n$/],
    [{ OUTBOX_URL: 'postgres://db/spms' }, /^OUTBOX_URL=\(hidden\): must be postgres:\/\/user.*\n$/],
    [
      { OUTBOX_URL: 'postgres://cache:word@db/spms', OUTBOX_PASSWORD_FILE: '/word' },
      /^OUTBOX_URL=\(hidden\): must have no password with OUTBOX_PASSWORD_FILE\n$/
    ],
    [
      { OUTBOX_URL: URL_OF_NOBODY, OUTBOX_CA_FILE: '/none' },
      /^OUTBOX_CA_FILE=\/none: must go with an OUTBOX_URL whose sslmode is verify-ca or verify-full\n$/
    ],
    [
      { OUTBOX_URL: 'postgres://cache@db/spms', OUTBOX_CA_FILE: '/none' },
      /^OUTBOX_CA_FILE=\/none: must be a readable file .*\n$/
    ]
  ] as const) {
    const { code, stderr, stdout } = await runSidecar({ ...MEMORY, ...environment })
    t.match({ code, stderr }, { code: 1, stderr: said })
    t.equal(stdout, '')
  }
  const parts = {
    cache: { invalidate: async () => ({ outcome: 'pending' }) as const },
    observer: createRecorder()
  }
  const config = readConfig({ OUTBOX_URL: 'postgres://db/spms' })
  const log = createLogger({ level: 'silent' })
  await t.rejects(loadOutbox({ ...parts, config, log }), { name: 'ConfigError' })
  t.equal(await loadOutbox({ ...parts, config: readConfig({}), log }), undefined)
})

t.test('an embedded store is warned of: rows invalidate nothing in other processes', async (t) => {
  const sidecar = await startSidecar({ ...MEMORY, OUTBOX_URL: URL_OF_NOBODY })
  await eventually(() => sidecar.logs.some(({ msg }) => msg.startsWith('Rows of the outbox invalidate what')))
  t.match(await sidecar.stop(), { code: 0 })
})
