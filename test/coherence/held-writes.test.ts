import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { HIT, statusOf, untilUp } from './in-process.js'
import { STALLS } from './settings.js'
import { openSlowPair, type Outcome, WRITTEN, writeInStalls } from './slow-wire.js'

t.setTimeout((STALLS + 60) * 1000)

/** Far beyond what a machine that is busy with other things adds: what is shown here is no time. */
const PATIENT = { INVALIDATION_TIMEOUT_MS: '30000' }
const STALL_MS = 250

const counted = (outcomes: readonly Outcome[], is: (outcome: Outcome) => boolean): number =>
  outcomes.filter(is).length
const stale = (outcomes: readonly Outcome[]): number => counted(outcomes, ({ isStale }) => isStale)
const pending = (outcomes: readonly Outcome[]): number => counted(outcomes, ({ isPending }) => isPending)
const told = (title: string, outcomes: readonly Outcome[]): string => {
  const times = outcomes.map(({ heldMs }) => heldMs).sort((a, b) => a - b)
  const at = (share: number): string =>
    `${Math.round(times[Math.floor((times.length - 1) * share)] ?? NaN)} ms`
  return `${title}: ${outcomes.length} writes, ${pending(outcomes)} pending, next read on the other pod stale ${stale(outcomes)}; answered after ${at(0)}, ${at(0.5)}, ${at(1)} (least, median, most)`
}

t.test('a write that meets a pause of 250 ms is old on no other pod', async (t) => {
  const pair = await openSlowPair(t, PATIENT)
  const outcomes = await writeInStalls(pair, { stalls: STALLS, stallMs: STALL_MS })
  t.comment(told('held', outcomes))
  t.equal(outcomes.length, STALLS * WRITTEN.length)
  t.equal(stale(outcomes), 0)
  t.equal(pending(outcomes), 0)
  await untilUp(pair.here.store)
})

t.test('and it would be, were its answer not held', async (t) => {
  const pair = await openSlowPair(t, { INVALIDATION_TIMEOUT_MS: '100' })
  const outcomes = await writeInStalls(pair, { stalls: 3, stallMs: STALL_MS })
  t.comment(told('not held', outcomes))
  t.ok(stale(outcomes) > 0, 'the trial sees it')
  t.ok(
    outcomes.every(({ isPending, isStale }) => isPending || !isStale),
    'and the answer has said so'
  )
})

t.test('200 writes while Redis is away for 3 s are old on no other pod', async (t) => {
  const pair = await openSlowPair(t, PATIENT)
  await Promise.all(WRITTEN.map(pair.untilCached))
  pair.wire.cut()
  const writes: Promise<Outcome>[] = []
  for (let at = 0; at < 200; at++) {
    writes.push(pair.writeAndRead(WRITTEN[at % WRITTEN.length] ?? 3))
    await pause(15)
  }
  pair.wire.mend()
  const outcomes = await Promise.all(writes)
  t.comment(told('away', outcomes))
  t.equal(stale(outcomes), 0)
  t.equal(pending(outcomes), 0)
})

t.test('an invalidation is carried out although its caller has left', async (t) => {
  const pair = await openSlowPair(t, PATIENT)
  const [person] = WRITTEN
  await pair.untilCached(person)
  const before = await pair.versionOf(person)
  pair.wire.cut()
  const left = new AbortController()
  const writing = pair.here.write('PUT', `users/${person}`, {
    headers: pair.writer,
    json: { display_first_name: 'Gone' },
    signal: left.signal
  })
  await pair.untilWaiting()
  left.abort()
  await t.rejects(writing)
  t.equal(await pair.versionOf(person), before, 'the other pod knows nothing yet')
  pair.wire.mend()
  await untilUp(pair.here.store)
  t.ok((await pair.versionOf(person)) > before)
})

t.test('no read is held, nor answered from the store, while an invalidation waits', async (t) => {
  const pair = await openSlowPair(t, PATIENT)
  const [person] = WRITTEN
  await pair.untilCached(person)
  const { cookie } = pair.reader
  const read = () => pair.here.get(`users/${person}`, { cookie })
  t.match(statusOf(await read()), HIT)
  pair.wire.cut()
  let isAnswered = false
  const writing = pair.writeAndRead(person).finally(() => (isAnswered = true))
  await pair.untilWaiting()
  for (let at = 0; at < 5; at++) {
    t.equal(statusOf(await read()), 'spms; fwd=uri-miss; detail=store-unavailable')
  }
  t.notOk(isAnswered, 'the write is still held')
  pair.wire.mend()
  t.match(await writing, { isPending: false, isStale: false })
})
