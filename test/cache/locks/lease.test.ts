import t from 'tap'
import { fenceOf, isLease, leaseOf, newToken, releasedLease, TOKEN } from '../../../src/cache/locks/lease.js'

t.test('fences sort as text as their records do', async (t) => {
  const ids = [
    '9-0',
    '9-1',
    '10-0',
    '1764585000123-9',
    '1764585000123-10',
    '1764585000124-0',
    '11764585000123-0'
  ]
  const fences = ids.map((id) => fenceOf(`AAAAAAAAAAAAAAAA:${id}`))
  t.strictSame([...fences].sort(), fences)
  t.equal(new Set(fences.map(({ length }) => length)).size, 1)
})

t.test('a lease is of its token, and one that was given back is none', async (t) => {
  const token = newToken()
  t.match(token, TOKEN)
  t.not(newToken(), token)
  t.ok(isLease(leaseOf(token, 1000, 5)))
  t.match(leaseOf(token, 1000, 5), { etag: `"${token}"`, generatedAt: 5, freshUntil: 1005, tags: [] })
  t.notOk(isLease(releasedLease(5)))
  t.notOk(isLease(undefined))
})
