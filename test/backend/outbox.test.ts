import t from 'tap'
import { needsOwnRedis } from '../support/redis-server.js'
import { compare } from './outbox/compare.js'
import { delaysOf } from './outbox/delays.js'
import { faults, strike } from './outbox/faults.js'
import { AFTER_COMMIT_MS, runRounds, type RoundsReport } from './outbox/rounds.js'
import { startStage } from './outbox/stage.js'
import { WAYS } from './outbox/writers.js'

/** `OUTBOX_WRITES=10000 npm test -- --timeout=3600 test/backend/outbox.test.ts` is the whole run: about half an hour. */
const WRITES = Number(process.env['OUTBOX_WRITES'] ?? 40)
/** Of each fault. */
const STRIKES = WRITES >= 1000 ? 30 : 2
const SEED = Number(process.env['OUTBOX_SEED'] ?? 1)

const inWords = ({ writes, compared, hits, seen }: RoundsReport): string => {
  const ways = [...writes].map(([way, count]) => `${count} by ${way}`).join(', ')
  return `${ways}; ${compared} answers compared, ${hits} of them hits; ${seen} rounds showed in them`
}

t.test(
  'writes that no sidecar sees are never served old 100 ms after their commit',
  { skip: needsOwnRedis },
  async (t) => {
    const stage = await startStage({ hasTriggers: true })
    t.teardown(() => stage.stop())

    await t.test('random writes in every way', async (t) => {
      const report = await runRounds({ stage, writes: WRITES, seed: SEED })
      t.strictSame(report.stale, [], inWords(report))
      t.ok(report.hits > report.compared / 10 && report.seen > 0, 'there was something to be stale')
      if (WRITES >= 1000) t.strictSame([...report.writes.keys()].sort(), Object.keys(WAYS).sort())
      const { rows, meanMs, p50Ms, p99Ms } = await delaysOf(stage.sidecars)
      t.comment(
        `${rows} rows of the outbox: ${meanMs.toFixed(1)} ms from commit to invalidation on average, half within ${p50Ms} ms, 99 of 100 within ${p99Ms} ms`
      )
      t.ok(p50Ms <= AFTER_COMMIT_MS, 'the delay is measured, and is milliseconds')
    })

    for (const [kind, fault] of faults.entries()) {
      await t.test(`${fault.title}: no write is lost`, async (t) => {
        for (let at = 1; at <= STRIKES; at++) {
          // Warm: what was lost would be served.
          await compare(stage, at)
          const before = await compare(stage, at)
          const { failed, waiting, emptyAfterMs } = await strike(stage, fault, STRIKES * kind + at)
          const { stale, own, hits } = await compare(stage, at)
          t.strictSame(stale, [], `${hits} hits, ${before.hits} before`)
          const changed = [...own].filter(([read, text]) => before.own.get(read) !== text)
          t.ok(changed.length > 0, `${changed.length} reads have changed`)
          t.comment(
            `${failed} writes had to be made again; ${waiting} rows waited, gone after ${emptyAfterMs.toFixed(0)} ms`
          )
        }
      })
    }
  }
)

t.test('without the triggers they are', { skip: needsOwnRedis }, async (t) => {
  const stage = await startStage({ hasTriggers: false })
  t.teardown(() => stage.stop())
  const report = await runRounds({ stage, writes: 20, seed: SEED })
  t.ok(report.stale.length > 0, `${report.stale.length} stale answers: ${inWords(report)}`)
})
