/** The work did not finish in its budget. */
export class BudgetExceededError extends Error {
  override readonly name = 'BudgetExceededError'
  /** `isOurFault`: this process was too busy to notice an answer, so the store is not to blame. */
  constructor(
    readonly budgetMs: number,
    readonly isOurFault: boolean
  ) {
    super(`no answer within ${budgetMs} ms`)
  }
}

export interface Clock {
  now(): number
  /** Returns a function that cancels. */
  after(ms: number, run: () => void): () => void
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  }
}

/**
 * Waits for work no longer than its budget. Node runs timers before it reads sockets, so an answer that came
 * in time may be lying there unread: the work always gets one more turn of the loop. A timer that fires late
 * shows that the loop was blocked: the work then gets the time by which it was late, at most one budget, and
 * what is still missing does not count against the store. (Measured on ioredis: a loop busy for 130 ms let a
 * plain 100 ms time-out reject 500 of 500 reads of a healthy Redis; one busy for 110 ms did the same to a
 * time-out that allowed for lateness only.)
 */
export const withinBudget = <T>(work: Promise<T>, budgetMs: number, clock: Clock = systemClock): Promise<T> =>
  new Promise((resolve, reject) => {
    const due = clock.now() + budgetMs
    let cancel = clock.after(budgetMs, () => {
      const lateMs = clock.now() - due
      cancel = clock.after(Math.min(Math.max(lateMs, ONE_TURN_MS), budgetMs), () =>
        reject(new BudgetExceededError(budgetMs, lateMs >= LATE_MS))
      )
    })
    work.then(
      (result) => {
        cancel()
        resolve(result)
      },
      (error: unknown) => {
        cancel()
        reject(error instanceof Error ? error : new Error(String(error)))
      }
    )
  })

/** Timers of a loop that is not blocked fire within a few milliseconds. */
const LATE_MS = 20
const ONE_TURN_MS = 1
