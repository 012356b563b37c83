import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readConfig } from '../../src/config/config.js'
import { credentialsOf } from '../../src/sidecar/redis-credentials.js'
import { createRecorder } from '../stores/observer.js'

type Environment = Readonly<Record<string, string>>

const of = (environment: Environment) => credentialsOf(readConfig(environment), createRecorder())
const refused = async (t: Test, environment: Environment, message: RegExp): Promise<void> => {
  await t.rejects(of(environment), { name: 'ConfigError', message })
}

const ENTRA = {
  REDIS_AUTH: 'entra',
  AZURE_CLIENT_ID: '22222222-2222-2222-2222-222222222222',
  AZURE_TENANT_ID: '11111111-1111-1111-1111-111111111111',
  AZURE_FEDERATED_TOKEN_FILE: '/does/not/exist'
}

void t.test('there are none without a setting for them, nor for the embedded store', async (t) => {
  t.equal(await of({}), undefined)
  t.equal(await of({ REDIS_PASSWORD: 'secret' }), undefined)
  t.equal(await of({ ...ENTRA, CACHE_STORE: 'memory' }), undefined)
})

void t.test('a password file is there from the start, or the start fails', async (t) => {
  const file = join(t.testdir(), 'password')
  await refused(t, { REDIS_PASSWORD_FILE: file }, /^REDIS_PASSWORD_FILE=.*: must be a readable file \(ENOENT/)
  writeFileSync(file, '\n')
  await refused(t, { REDIS_PASSWORD_FILE: file }, /^REDIS_PASSWORD_FILE=.*: is empty$/)
  writeFileSync(file, 'secret\n')
  const login = async (environment: Environment) =>
    (await of({ REDIS_PASSWORD_FILE: file, ...environment }))?.login()
  t.strictSame(await login({}), { username: 'default', password: 'secret' })
  t.match(await login({ REDIS_URL: 'redis://a:other@h' }), { username: 'a', password: 'secret' })
  t.match(await login({ REDIS_URL: 'redis://a@h', REDIS_USERNAME: 'b' }), { username: 'b' })
})

void t.test('a token does not go in the clear, nor beside a password', async (t) => {
  await refused(t, { ...ENTRA, REDIS_URL: 'redis://h:6379/1' }, /^REDIS_URL=\(hidden\): must be rediss /)
  await refused(t, { ...ENTRA, REDIS_URL: 'redis+cluster://localhost,h' }, /must be rediss /)
  await refused(
    t,
    { ...ENTRA, REDIS_URL: 'rediss://:secret@h' },
    /must have no password with REDIS_AUTH=entra/
  )
  for (const REDIS_URL of ['rediss://h:10000', 'redis://127.0.0.1', 'redis://localhost', 'redis://[::1]:1']) {
    const credentials = await of({ ...ENTRA, REDIS_URL })
    t.ok(credentials, REDIS_URL)
    credentials?.close()
  }
})

void t.test('what keeps a token from coming is the reason', async (t) => {
  const credentials = await of({ ...ENTRA, REDIS_URL: 'rediss://h' })
  t.teardown(() => credentials?.close())
  await t.rejects(async () => await credentials?.login(), {
    kind: 'no-credentials',
    message: /^no token to log in with: .*\/does\/not\/exist/
  })
})
