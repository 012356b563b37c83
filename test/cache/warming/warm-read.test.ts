import t from 'tap'
import { type Answer, failure, relayed } from '../../../src/cache/answer.js'
import { OriginError } from '../../../src/cache/errors.js'
import { NEVER } from '../../../src/concurrency/cancellation.js'
import { createWarmRead, skippedOf } from '../../../src/cache/warming/warm-read.js'
import { originAnswer, TABLE } from '../fixtures.js'
import { entryAnswer } from './warm-fixtures.js'

/** Answers in turn, and what was asked. */
const warmRead = (...answers: readonly Answer[]) => {
  const left = [...answers]
  const read = createWarmRead({
    read: async () => {
      const next = left.shift()
      if (next === undefined) throw new Error('one read too many')
      return next
    },
    table: TABLE,
    targets: [],
    headers: [],
    isEnabled: true
  })
  return read('/open/1', NEVER)
}

const relay = (status: number): Answer => relayed(originAnswer({ status }), 'miss', 'spms; fwd=uri-miss')

t.test('a hit is fresh, and one read', async (t) => {
  t.strictSame(await warmRead(entryAnswer('hit')), { kind: 'fresh' })
})

t.test('a miss is stored when the next read is a hit', async (t) => {
  for (const first of ['miss', 'unproven', 'collapsed'] as const) {
    t.strictSame(await warmRead(entryAnswer(first), entryAnswer('hit')), { kind: 'stored' })
  }
  t.match(await warmRead(entryAnswer('miss'), entryAnswer('miss')), { kind: 'unstored' })
})

t.test('an origin that may still be starting is asked again', async (t) => {
  for (const status of [500, 503, 429]) t.match(await warmRead(relay(status)), { kind: 'again' })
  const failed = failure(new OriginError('unreachable'), 'spms; fwd=uri-miss')
  t.match(await warmRead(failed), { kind: 'again', reason: /could not be reached/ })
  t.match(await warmRead(), { kind: 'again', reason: 'one read too many' })
})

t.test('what the origin refuses has failed', async (t) => {
  for (const status of [301, 400, 403, 404]) {
    t.match(await warmRead(relay(status)), { kind: 'failed', reason: new RegExp(`status ${status}`) })
  }
})

t.test('an answer that nobody reads is let go', async (t) => {
  const answer = originAnswer()
  t.match(await warmRead(relayed(answer, 'miss', 'spms; fwd=uri-miss')), { kind: 'unstored' })
  t.ok(answer.body.destroyed)
})

t.test('what the cache would pass by is skipped', async (t) => {
  const targets = ['/open/1', '/guarded/1', '/paged?search=a', '/paged?page=2', '/nothing']
  const skipped = (headers: readonly string[], isEnabled = true) =>
    skippedOf({ read: () => Promise.reject(new Error('unused')), table: TABLE, targets, headers, isEnabled })
  t.strictSame(skipped([]), {
    '/guarded/1': 'no-identity',
    '/paged?search=a': 'search',
    '/nothing': 'no-resource'
  })
  t.strictSame(Object.keys(skipped(['Remote-User', 'a'])), ['/paged?search=a', '/nothing'])
  t.strictSame(Object.values(skipped([], false)), Array(5).fill('disabled'))
})
