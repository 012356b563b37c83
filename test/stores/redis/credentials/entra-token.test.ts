import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fetchEntraToken, objectIdOf } from '../../../../src/stores/redis/credentials/entra-token.js'

const OPTIONS = {
  clientId: '22222222-2222-2222-2222-222222222222',
  tenantId: '11111111-1111-1111-1111-111111111111',
  scope: 'https://redis.azure.com/.default'
}

const tokenWith = (claims: unknown): string =>
  `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`

t.test('the user is the object id that the token names', async (t) => {
  t.equal(objectIdOf(tokenWith({ oid: '3333', sub: 'other', text: 'ä?>' })), '3333')
  for (const token of [tokenWith({ sub: '3333' }), tokenWith(null), tokenWith({ oid: 1 }), 'opaque', ''])
    t.throws(() => objectIdOf(token), { message: /names no object id .* REDIS_USERNAME/ }, token)
})

t.test('an attempt that nobody waits for any longer ends', async (t) => {
  const federatedTokenFile = join(t.testdir(), 'token')
  writeFileSync(federatedTokenFile, 'token')
  await t.rejects(fetchEntraToken({ ...OPTIONS, federatedTokenFile }, AbortSignal.abort()), {
    name: 'AbortError'
  })
})

t.test('a federated token that cannot be read is the reason', async (t) => {
  const options = { ...OPTIONS, federatedTokenFile: join(t.testdir(), 'missing') }
  await t.rejects(fetchEntraToken(options, new AbortController().signal), { message: /ENOENT.*missing/ })
})
