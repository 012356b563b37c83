import { type CancelSignal, CancelSource } from '../../concurrency/cancellation.js'
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

type Count = 'stored' | 'fresh' | 'failed' | 'skipped'

const NOTHING = { done: 0, stored: 0, fresh: 0, failed: 0, skipped: 0 }

export const createWarming = (options: WarmingOptions): Warming => new WarmingRuns(options)

class WarmingRuns implements Warming {
  readonly #options: WarmingOptions
  readonly #warmRead: ReturnType<typeof createWarmRead>
  #running: Promise<void> | undefined
  #isStopped = false
  #state: WarmingState = 'idle'
  #tally = { ...NOTHING }
  #startedAt = 0
  #endedAt = 0
  /** How the present run ends, unless it is ended before. */
  #outcome: WarmingState = 'finished'
  #source = new CancelSource()

  constructor(options: WarmingOptions) {
    this.#options = options
    this.#warmRead = createWarmRead(options)
  }

  run(): Promise<void> {
    if (this.#isStopped) return Promise.resolve()
    this.#running ??= this.#runOnce().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#end(this.#source, 'stopped')
    await this.#running
  }

  progress(): WarmingProgress {
    const { now, targets } = this.#options
    const until = this.#state === 'running' ? now() : this.#endedAt
    return {
      state: this.#state,
      total: targets.length,
      ...this.#tally,
      durationMs: until - this.#startedAt
    }
  }

  #end(run: CancelSource, as: 'timed-out' | 'stopped'): void {
    if (run.isCancelled) return
    this.#outcome = as
    run.cancel()
  }

  async #runOnce(): Promise<void> {
    const { now, delay, targets, timeoutMs, watcher } = this.#options
    const source = new CancelSource()
    this.#source = source
    this.#outcome = 'finished'
    this.#tally = { ...NOTHING }
    this.#startedAt = now()
    this.#state = 'running'
    const skipped = skippedOf(this.#options)
    Object.keys(skipped).forEach(() => this.#count('skipped'))
    watcher.started({ total: targets.length, skipped })

    let left: readonly Task[] = targets
      .filter((target) => !Object.hasOwn(skipped, target))
      .map((target) => ({ target, unstored: 0 }))
    void delay(timeoutMs, source).then(() => this.#end(source, 'timed-out'))
    while (left.length > 0 && !source.isCancelled) {
      left = await this.#round(left, source)
      if (left.length > 0) await delay(PAUSE_MS, source)
    }
    left.forEach(() => this.#count('failed'))
    this.#endedAt = now()
    this.#state = this.#outcome
    // Ends the timer.
    source.cancel()
    watcher.ended(this.progress())
  }

  /** Each task once; those to be tried again. */
  async #round(tasks: readonly Task[], cancel: CancelSignal): Promise<readonly Task[]> {
    const queue = [...tasks]
    const left: Task[] = []
    const work = async (): Promise<void> => {
      for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
        if (cancel.isCancelled || (await this.#isToBeRepeated(task, cancel))) left.push(task)
      }
    }
    await Promise.all(Array.from({ length: CONCURRENCY }, work))
    return left
  }

  /** Runs the task once. */
  async #isToBeRepeated(task: Task, cancel: CancelSignal): Promise<boolean> {
    const { target } = task
    const tried = await this.#warmRead(target, cancel)
    if (!('reason' in tried)) {
      this.#count(tried.kind)
      return false
    }
    this.#options.watcher.failed({ target, reason: tried.reason })
    if (tried.kind === 'again' || (tried.kind === 'unstored' && ++task.unstored < UNSTORED_MAX)) return true
    this.#count('failed')
    return false
  }

  #count(as: Count): void {
    this.#tally[as]++
    this.#tally.done++
  }
}
