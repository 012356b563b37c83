import { withinBudget } from '../../time-budget.js'
import type { RedisClient } from './client.js'

export interface Batches {
  /**
   * Does one command with the others of this turn; rejects when the batch is not answered within its budget. One with
   * `whenLate`, which is better answered late than never, is only told then, and rejects when its patience is over.
   */
  run<T>(command: () => Promise<T>, whenLate?: () => void): Promise<T>
  /** Counts one more who waits for a command that has not begun yet. */
  join(): void
}

export interface Times {
  readonly budgetMs: number
  /** Of the commands that may be late; above the budget. */
  readonly patienceMs: number
}

/** Who wait for a batch: the first of a crowd do not wait for the last, and Redis works for them meanwhile. */
const MOST = 64

/**
 * What is asked of Redis in one turn of the event loop begins at the turn's end and is sent by one system call, or
 * by a few for a crowd: such a call is most of the cost of a command. It has one budget in common, which begins when
 * it is sent: a process that is busy meanwhile has not asked yet.
 */
export const createBatches = (client: RedisClient, { budgetMs, patienceMs }: Times): Batches => {
  let batch: Batch | undefined

  const begin = (): Batch => {
    const begun = createBatch(patienceMs, () => {
      if (batch !== begun) return
      batch = undefined
      const { stream } = client
      stream.cork()
      begun.begin()
      // After the reads of this batch have become one command.
      queueMicrotask(() => stream.uncork())
      withinBudget(begun.settled(), budgetMs).catch(begun.giveUp)
    })
    // After the sockets of this turn have been read, and before the next turn.
    setImmediate(begun.send)
    return begun
  }

  return {
    run: (command, whenLate) => {
      batch ??= begin()
      const result = batch.add(command, whenLate)
      batch.join()
      return result
    },
    join: () => batch?.join()
  }
}

interface Batch {
  /** Sends it, unless that is done. */
  readonly send: () => void
  add<T>(command: () => Promise<T>, whenLate?: () => void): Promise<T>
  /** Sends it when that makes it full. */
  join(): void
  readonly begin: () => void
  /** Resolves when all work has ended, well or not. */
  settled(): Promise<void>
  /** Rejects what has not ended and has no patience. */
  readonly giveUp: (error: Error) => void
}

interface Member {
  readonly begin: () => Promise<void>
  readonly giveUp: (error: Error) => void
}

const createBatch = (patienceMs: number, send: () => void): Batch => {
  let members: Member[] = []
  let waiting = 0
  let pending = 0
  let onSettled: (() => void) | undefined
  const end = (): void => {
    if (--pending > 0) return
    // Else one batch that has become old would keep what it shared its turn with, and so on, until a major collection.
    members = []
    onSettled?.()
  }
  return {
    send,
    add: <T>(command: () => Promise<T>, whenLate?: () => void) =>
      new Promise<T>((resolve, reject) => {
        let isOver = false
        const begin = async (): Promise<void> => {
          const result = carriedOut(command)
          await (whenLate === undefined ? result : withinBudget(result, patienceMs)).then(resolve, reject)
          isOver = true
          end()
        }
        const giveUp = (error: Error): void => {
          if (isOver) return
          if (whenLate === undefined) reject(error)
          else whenLate()
        }
        members.push({ begin, giveUp })
      }),
    join: () => {
      if (++waiting === MOST) send()
    },
    begin: () => {
      pending = members.length
      for (const { begin } of members) void begin()
    },
    settled: () =>
      new Promise((resolve) => {
        if (pending === 0) resolve()
        else onSettled = resolve
      }),
    giveUp: (error) => {
      for (const member of members) member.giveUp(error)
    }
  }
}

/** A promise even of what throws. */
const carriedOut = async <T>(command: () => Promise<T>): Promise<T> => command()
