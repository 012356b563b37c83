import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createPasswordFile } from '../../../../src/stores/redis/credentials/password-file.js'
import { needsOwnRedis } from '../../../support/redis-server.js'
import { entryOf, put, readable } from '../../fixtures.js'
import { openStore, redisFor, untilUp } from '../../redis-fixtures.js'
import { eventually } from '../../../support/eventually.js'

const skip = needsOwnRedis

const fileWith = (t: Test, text: string): string => {
  const file = join(t.testdir(), 'password')
  writeFileSync(file, text)
  return file
}

void t.test('the password is what the file holds now, without the white space around it', async (t) => {
  const file = fileWith(t, 'one\n')
  const credentials = createPasswordFile({ file })
  t.strictSame(await credentials.login(), { username: 'default', password: 'one' })
  writeFileSync(file, '  two words \r\n')
  t.strictSame(await credentials.login(), { username: 'default', password: 'two words' })
  t.match(await createPasswordFile({ file, username: 'u' }).login(), { username: 'u' })
})

void t.test('a file that is empty, or cannot be read, is named with its setting', async (t) => {
  const file = fileWith(t, ' \n')
  const credentials = createPasswordFile({ file })
  await t.rejects(credentials.login(), {
    kind: 'no-credentials',
    message: `REDIS_PASSWORD_FILE=${file}: is empty`
  })
  rmSync(file)
  const message = /^REDIS_PASSWORD_FILE=.*: must be a readable file \(ENOENT/
  await t.rejects(credentials.login(), { kind: 'no-credentials', message })
})

void t.test('a password that was changed is used from the next connection on', { skip }, async (t) => {
  // Database 1, and the clients of the server, are not to be had through a proxy.
  const server = await redisFor(t, { password: 'old', behavesAs: 'redis' })
  const file = fileWith(t, 'old\n')
  const url = `redis://127.0.0.1:${server.port}/1`
  const { store, told } = await openStore(t, { url, credentials: createPasswordFile({ file }) })
  await untilUp(store)
  await put(store, { storeKey: 'a:1', entry: entryOf('1') })
  t.match(
    await server.cli('client', 'list'),
    /name=spms-cache-sidecar .* db=1 /,
    'named, and in its database'
  )

  const admin = server.client()
  await admin.config('SET', 'requirepass', 'new')
  t.equal((await readable(store, 'a:1')).length, 1, 'the connection that has logged in goes on')

  await admin.call('client', 'kill', 'type', 'normal', 'skipme', 'yes')
  await eventually(() => told.storeStaysDown.some(({ kind }) => kind === 'credentials'))
  rmSync(file)
  await eventually(() => told.storeStaysDown.some(({ kind }) => kind === 'no-credentials'))
  t.match(told.storeStaysDown.at(-1), { reason: /^REDIS_PASSWORD_FILE=/ })
  writeFileSync(file, 'new')
  await untilUp(store)
  t.equal((await readable(store, 'a:1')).length, 1, 'with what it had')
  t.equal(told.epochBegan.length, 1)
})

void t.test('a user of the address logs in with it, too', { skip }, async (t) => {
  const server = await redisFor(t, { behavesAs: 'redis' })
  await server.cli('acl', 'setuser', 'sidecar', 'on', '~*', '+@all', '>secret')
  const credentials = createPasswordFile({ file: fileWith(t, 'secret'), username: 'sidecar' })
  const { store } = await openStore(t, { url: server.url, credentials })
  await untilUp(store)
  t.match(await server.cli('client', 'list'), /name=spms-cache-sidecar .* db=1 .* user=sidecar /)
})
