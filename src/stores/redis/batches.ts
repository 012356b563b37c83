import { withinBudget } from '../time-budget.js'
import type { RedisClient } from './client.js'

/** Does one command with the others of this turn; rejects when the batch is not answered within its budget. */
export type InBatch = <T>(command: () => Promise<T>) => Promise<T>

/** Commands of a batch: the first of a crowd do not wait for the last, and Redis works at them meanwhile. */
const MOST = 64

/**
 * What is asked of Redis in one turn of the event loop is sent by one system call, or by a few for a crowd: such a
 * call is most of the cost of a command. It has one budget in common, which begins when it is sent: a process that
 * is busy meanwhile has not asked yet.
 */
export const createBatches = (client: RedisClient, budgetMs: number): InBatch => {
  let batch: Batch | undefined

  const begin = (): Batch => {
    const { stream } = client
    stream.cork()
    const begun = createBatch(() => {
      if (batch !== begun) return
      batch = undefined
      stream.uncork()
      withinBudget(begun.settled(), budgetMs).catch(begun.giveUp)
    })
    // After the sockets of this turn have been read, and before the next turn.
    setImmediate(begun.send)
    return begun
  }

  return (command) => {
    batch ??= begin()
    return batch.add(command())
  }
}

interface Batch {
  /** Sends it, unless that is done. */
  readonly send: () => void
  /** Sends it when that makes it full. */
  add<T>(work: Promise<T>): Promise<T>
  /** To be asked once nothing is added any more: resolves when all work has ended, well or not. */
  settled(): Promise<void>
  /** Rejects what has not ended. */
  readonly giveUp: (error: unknown) => void
}

const createBatch = (send: () => void): Batch => {
  let rejections: ((error: unknown) => void)[] = []
  let added = 0
  let pending = 0
  let onSettled: (() => void) | undefined
  const end = (): void => {
    if (--pending > 0) return
    // Else one batch that has become old would keep what it shared its turn with, and so on, until a major collection.
    rejections = []
    onSettled?.()
  }
  return {
    send,
    add: <T>(work: Promise<T>) => {
      pending++
      const result = new Promise<T>((resolve, reject) => {
        rejections.push(reject)
        work.then(resolve, reject)
      })
      work.then(end, end)
      if (++added === MOST) send()
      return result
    },
    settled: () =>
      new Promise((resolve) => {
        if (pending === 0) resolve()
        else onSettled = resolve
      }),
    giveUp: (error) => {
      for (const reject of rejections) reject(error)
    }
  }
}
