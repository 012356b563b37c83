import { withinBudget } from '../time-budget.js'
import type { RedisClient } from './client.js'

/** Does one command with the others of this turn; rejects when the batch is not answered within its budget. */
export type InBatch = <T>(command: () => Promise<T>) => Promise<T>

/**
 * What is asked of Redis in one turn of the event loop is sent by one system call, which is most of the cost of
 * a command, and has one budget in common, which begins when it is sent: a process that is busy meanwhile has
 * not asked yet.
 */
export const createBatches = (client: RedisClient, budgetMs: number): InBatch => {
  let batch: Batch | undefined

  const begin = (): Batch => {
    const begun = createBatch()
    const { stream } = client
    stream.cork()
    // After the sockets of this turn have been read, and before the next turn.
    setImmediate(() => {
      batch = undefined
      stream.uncork()
      withinBudget(begun.settled(), budgetMs).catch(begun.giveUp)
    })
    return begun
  }

  return (command) => {
    batch ??= begin()
    return batch.add(command())
  }
}

interface Batch {
  add<T>(work: Promise<T>): Promise<T>
  /** To be asked once nothing is added any more: resolves when all work has ended, well or not. */
  settled(): Promise<void>
  /** Rejects what has not ended. */
  readonly giveUp: (error: unknown) => void
}

const createBatch = (): Batch => {
  const rejections: ((error: unknown) => void)[] = []
  let pending = 0
  let onSettled: (() => void) | undefined
  const end = (): void => {
    if (--pending === 0) onSettled?.()
  }
  return {
    add: (work) => {
      pending++
      work.then(end, end)
      return new Promise((resolve, reject) => {
        rejections.push(reject)
        work.then(resolve, reject)
      })
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
