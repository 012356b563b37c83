import t from 'tap'
import { isProofDue, Proof, proofWrite } from '../../../src/cache/identity/proof.js'

const due = (user: string | undefined) => ({
  identity: 'me',
  user,
  tagGroups: ['users'],
  lastsMs: 60_000
})

const written = (user: string | undefined) => proofWrite(due(user), 1000)

t.test('a proof is current for a minute, and tells the user number where it is known', async (t) => {
  const proof = new Proof(written('7').entry)
  t.equal(proof.user, '7')
  t.equal(proof.isCurrent(60_999), true)
  t.equal(proof.isCurrent(61_000), false)
  t.equal(new Proof(written(undefined).entry).user, undefined)
})

t.test('a proof is reached by its caller, its user and the tag groups of callers', async (t) => {
  t.match(written('7'), { storeKey: '@proof:me', entry: { tags: ['~me', 'user:7', 'family:users'] } })
  t.match(written(undefined), { entry: { tags: ['~me', 'user:~', 'family:users'] } })
})

t.test('a new one is due without one, for another number, and in the second half of its time', async (t) => {
  const proof = new Proof(written('7').entry)
  t.equal(isProofDue(undefined, due('7'), 1000), true)
  t.equal(isProofDue(proof, due('7'), 30_999), false)
  t.equal(isProofDue(proof, due('7'), 31_000), true)
  t.equal(isProofDue(proof, due('8'), 1000), true)
  t.equal(isProofDue(proof, due(undefined), 1000), true)
})
