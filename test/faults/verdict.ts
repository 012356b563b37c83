import type { Test } from 'tap'
import type { LogLine } from '../support/sidecar-process.js'
import type { Figures } from './figures.js'
import type { DoorAnswer } from './watch.js'

/** The default of REDIS_COMMAND_TIMEOUT_MS. */
const BUDGET_MS = 100
/** The default of INVALIDATION_TIMEOUT_MS. */
const HELD_MS = 5000
/** What Redis' own process may lose to a machine that is busy with other things. */
const ALLOWANCE_MS = 250
/** What plain forwarding loses is counted so often: an answer that has to do with Redis takes more steps. */
const NOISE_SHARE = 2
/** And a new connection more still. */
const RECOVERY_NOISE_SHARE = 4
const LATER_ALLOWANCE_MS = BUDGET_MS / 2
const RECOVERY_MS = 2000
const DOOR_MS = 1000

/** No failure, one budget at most and soon nothing, and back by itself. */
export const judgeCallers = (t: Test, figures: Figures): void => {
  const { requests, failures, worstAddedMs, heldMs, noiseMs, laterMs, recoveryMs = Infinity } = figures
  t.strictSame(failures.slice(0, 10), [], `no failure in ${requests} requests`)
  atMost(t, 'one budget', worstAddedMs, BUDGET_MS + ALLOWANCE_MS + noiseMs * NOISE_SHARE)
  atMost(t, 'a write, the bound of its invalidation', heldMs, HELD_MS + ALLOWANCE_MS + noiseMs * NOISE_SHARE)
  atMost(t, 'soon no delay', laterMs, figures.forwardedMs * NOISE_SHARE + LATER_ALLOWANCE_MS)
  atMost(t, 'back by itself', recoveryMs, RECOVERY_MS + noiseMs * RECOVERY_NOISE_SHARE)
}

const atMost = (t: Test, title: string, ms: number, limitMs: number): boolean =>
  t.ok(ms <= limitMs, `${title}: ${ms.toFixed()} of ${limitMs.toFixed()} ms`)

const DOWN = 'The store is down: reads go to the origin'
const UP = /^The store is up( again)?$/

/** The log observer writes a warning of one kind so often at most. */
const QUIET_MS = 10_000

/** One line per transition, so that down and up take turns; no other in each request; each says what to do. */
export const judgeLog = (t: Test, logs: readonly LogLine[], isStoreKept: boolean): void => {
  const transitions = logs.filter(({ msg }) => msg === DOWN || UP.test(msg))
  t.notOk(
    transitions.some(({ msg }, at) => (msg === DOWN) === (transitions[at - 1]?.msg === DOWN) && at > 0),
    `${transitions.length} transitions, one line each`
  )
  t.match(transitions.at(-1)?.msg, UP, 'the last says that the store is up')
  const reasons = transitions.filter(({ msg }) => msg === DOWN).map(({ reason }) => String(reason))
  if (isStoreKept)
    t.strictSame(
      reasons.filter((reason) => !TIMEOUT.test(reason)),
      [],
      'it never was down'
    )
  else t.ok(reasons.length > 0, `it was down: ${[...new Set(reasons)].join('; ')}`)
  const warnings = logs.filter(({ level }) => level !== 'info')
  t.strictSame(
    warnings.filter(({ level, hint }) => level !== 'warn' || typeof hint !== 'string' || hint === ''),
    [],
    `${warnings.length} warnings, each with a hint`
  )
  t.strictSame(tooSoon(warnings.filter((line) => !transitions.includes(line))), [], 'none again within 10 s')
}

/** A machine that is busy enough makes Redis too slow for a moment. */
const TIMEOUT = /(did not|no) answer/

const tooSoon = (warnings: readonly LogLine[]): readonly LogLine[] => {
  const kindOf = ({ msg, operation, hint }: LogLine): string => JSON.stringify([msg, operation, hint])
  const timeOf = ({ time }: LogLine): number => Date.parse(String(time))
  return warnings.filter((line, at) => {
    const last = warnings.slice(0, at).findLast((earlier) => kindOf(earlier) === kindOf(line))
    return last !== undefined && timeOf(line) - timeOf(last) < QUIET_MS
  })
}

/** Ready all the time, and nobody who looks waits for Redis. */
export const judgeDoors = (t: Test, answers: readonly DoorAnswer[], noiseMs: number): void => {
  t.strictSame(
    answers.filter(({ status }) => status !== 200).map(({ path, status }) => [path, status]),
    [],
    `readiness, metrics and statistics: ${answers.length} answers, all 200`
  )
  const slowestMs = Math.max(...answers.map(({ durationMs }) => durationMs))
  atMost(t, 'none hangs', slowestMs, DOOR_MS + noiseMs * NOISE_SHARE)
}
