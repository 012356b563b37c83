import { type Clock, withinBudget } from '../../time-budget.js'
import type { RedisClient } from './client.js'

export interface Times {
  readonly budgetMs: number
  /** Of the commands that may be late; above the budget. */
  readonly patienceMs: number
  readonly clock: Clock
}

/** A batch is sent when so many callers wait for it: Redis works for the first of a crowd while the last still come. */
const MOST = 64

/**
 * What is asked of Redis in one turn of the event loop begins at the turn's end and is sent by one system call, or
 * by a few for a crowd: such a call is most of the cost of a command. It has one budget in common, which begins when
 * it is sent: a process that is busy meanwhile has not asked yet.
 */
export class Batches {
  readonly #client: RedisClient
  readonly #times: Times
  #batch: Batch | undefined

  constructor(client: RedisClient, times: Times) {
    this.#client = client
    this.#times = times
  }

  /**
   * Does one command with the others of this turn; rejects when the batch is not answered within its budget. One with
   * `whenLate`, which is better answered late than never, is only told then, and rejects when its patience is over.
   */
  run<T>(command: () => Promise<T>, whenLate?: () => void): Promise<T> {
    const batch = (this.#batch ??= this.#open())
    const result = batch.add(command, whenLate)
    this.join()
    return result
  }

  /** Counts one more who waits for a command that has not begun yet, and sends the batch when that makes it full. */
  join(): void {
    const batch = this.#batch
    if (batch !== undefined && ++batch.waiting === MOST) this.#send(batch)
  }

  #open(): Batch {
    const batch = new Batch(this.#times)
    // After the sockets of this turn have been read, and before the next turn.
    setImmediate(() => this.#send(batch))
    return batch
  }

  #send(batch: Batch): void {
    if (this.#batch !== batch) return
    this.#batch = undefined
    const { stream } = this.#client
    stream.cork()
    const settled = batch.start()
    // After the reads of this batch have become one command.
    queueMicrotask(() => stream.uncork())
    const { budgetMs, clock } = this.#times
    withinBudget(settled, budgetMs, clock).catch(batch.giveUp)
  }
}

class Batch {
  /** How many callers wait for its commands. */
  waiting = 0
  /** Rejects what has not ended and has no patience. */
  readonly giveUp = (error: Error): void => {
    for (const member of this.#members) member.giveUp(error)
  }
  readonly #times: Times
  #members: Member[] = []
  #pending = 0
  #onSettled: (() => void) | undefined

  constructor(times: Times) {
    this.#times = times
  }

  add<T>(command: () => Promise<T>, whenLate?: () => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let isOver = false
      const start = async (): Promise<void> => {
        const result = asPromise(command)
        const { patienceMs, clock } = this.#times
        const bounded = whenLate === undefined ? result : withinBudget(result, patienceMs, clock)
        await bounded.then(resolve, reject)
        isOver = true
        this.#end()
      }
      const giveUp = (error: Error): void => {
        if (isOver) return
        if (whenLate === undefined) reject(error)
        else whenLate()
      }
      this.#members.push({ start, giveUp })
    })
  }

  /** Resolves when all of its work has ended, well or not. */
  start(): Promise<void> {
    this.#pending = this.#members.length
    for (const { start } of this.#members) void start()
    return new Promise((resolve) => (this.#onSettled = resolve))
  }

  #end(): void {
    if (--this.#pending > 0) return
    // Else one batch that has become old would keep what it shared its turn with, and so on, until a major collection.
    this.#members = []
    this.#onSettled?.()
  }
}

interface Member {
  readonly start: () => Promise<void>
  readonly giveUp: (error: Error) => void
}

/** A promise even of what throws. */
const asPromise = async <T>(command: () => Promise<T>): Promise<T> => command()
