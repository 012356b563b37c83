import { CancelSource, type CancelSignal } from '../../concurrency/cancellation.js'
import { createWarmRead, skippedOf, type WarmReads } from './warm-read.js'

export interface WarmingOptions extends WarmReads {
  readonly timeoutMs: number
  readonly now: () => number
  /** Resolves after that time, or as soon as the run ends. */
  readonly delay: (ms: number, run: CancelSignal) => Promise<void>
  readonly watcher: WarmingWatcher
}

export interface WarmingWatcher {
  /** `skipped`: targets that are not read, each with the reason. */
  started(event: { readonly total: number; readonly skipped: Readonly<Record<string, string>> }): void
  /** One attempt; it may be repeated. */
  failed(event: { readonly target: string; readonly reason: string }): void
  ended(progress: WarmingProgress): void
}

export type WarmingState = 'idle' | 'running' | 'finished' | 'timed-out' | 'stopped'

export interface WarmingProgress {
  readonly state: WarmingState
  readonly total: number
  /** stored + fresh + failed + skipped. */
  readonly done: number
  readonly stored: number
  /** Stored already. */
  readonly fresh: number
  readonly failed: number
  readonly skipped: number
  readonly durationMs: number
}

/** Reads a list of targets through the cache, so that callers find them stored. One run at a time. */
export interface Warming {
  /** Joins the run that is under way. Resolves within the time limit and never rejects. */
  run(): Promise<void>
  progress(): WarmingProgress
  /** Ends the run that is under way; there is no other afterwards. */
  stop(): Promise<void>
}

const CONCURRENCY = 4
const PAUSE_MS = 500
/** The origin may take long to start; a store that takes nothing is not worth waiting for. */
const UNSTORED_MAX = 4

interface Task {
  readonly target: string
  /** How often it was answered and not stored. */
  unstored: number
}

const NOTHING = { done: 0, stored: 0, fresh: 0, failed: 0, skipped: 0 }

export const createWarming = (options: WarmingOptions): Warming => {
  const { targets, watcher, now, delay } = options
  const total = targets.length
  const warmRead = createWarmRead(options)
  let state: WarmingState = 'idle'
  let tally = { ...NOTHING }
  let startedAt = 0
  let endedAt = 0
  let isStopped = false
  let running: Promise<void> | undefined
  let end: (as: 'timed-out' | 'stopped') => void = () => undefined

  const progress = (): WarmingProgress => ({
    state,
    total,
    ...tally,
    durationMs: (state === 'running' ? now() : endedAt) - startedAt
  })

  const count = (as: 'stored' | 'fresh' | 'failed' | 'skipped'): void => {
    tally[as]++
    tally.done++
  }

  /** `true`: to be tried again. */
  const runTask = async (task: Task, run: CancelSignal): Promise<boolean> => {
    const { target } = task
    const tried = await warmRead(target, run)
    if (!('reason' in tried)) {
      count(tried.kind)
      return false
    }
    watcher.failed({ target, reason: tried.reason })
    if (tried.kind === 'again' || (tried.kind === 'unstored' && ++task.unstored < UNSTORED_MAX)) return true
    count('failed')
    return false
  }

  /** Each task once; those to be tried again. */
  const round = async (tasks: readonly Task[], run: CancelSignal): Promise<readonly Task[]> => {
    const queue = [...tasks]
    const left: Task[] = []
    const work = async (): Promise<void> => {
      for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
        if (run.isCancelled || (await runTask(task, run))) left.push(task)
      }
    }
    await Promise.all(Array.from({ length: CONCURRENCY }, work))
    return left
  }

  const runOnce = async (): Promise<void> => {
    tally = { ...NOTHING }
    startedAt = now()
    state = 'running'
    const skipped = skippedOf(options)
    Object.keys(skipped).forEach(() => count('skipped'))
    watcher.started({ total, skipped })

    const run = new CancelSource()
    let ended: WarmingState = 'finished'
    end = (as) => {
      if (run.isCancelled) return
      ended = as
      run.cancel()
    }
    let left: readonly Task[] = targets
      .filter((target) => !Object.hasOwn(skipped, target))
      .map((target) => ({ target, unstored: 0 }))
    void delay(options.timeoutMs, run).then(() => end('timed-out'))
    while (left.length > 0 && !run.isCancelled) {
      left = await round(left, run)
      if (left.length > 0) await delay(PAUSE_MS, run)
    }
    left.forEach(() => count('failed'))
    endedAt = now()
    state = ended
    // Ends the timer.
    run.cancel()
    watcher.ended(progress())
  }

  return {
    progress,
    run: () => {
      if (isStopped) return Promise.resolve()
      running ??= runOnce().finally(() => {
        running = undefined
      })
      return running
    },
    stop: async () => {
      isStopped = true
      end('stopped')
      await running
    }
  }
}
