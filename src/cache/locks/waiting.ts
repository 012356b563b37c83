import type { CancelSignal } from '../../concurrency/cancellation.js'

export interface Timer {
  /** Milliseconds, for durations. */
  readonly elapsed: () => number
  /** Runs it later. Returns how to forget it. */
  readonly after: (ms: number, run: () => void) => () => void
}

export const realTimer: Timer = {
  elapsed: () => performance.now(),
  after: (ms, run) => {
    const timeout = setTimeout(run, ms)
    return () => clearTimeout(timeout)
  }
}

/** Those who wait for a lock ask again so often: sooner at first, and not all at one time. */
const PAUSE_MS = { first: 20, longest: 200 }
/** Each holds a connection, and asks the store again and again. */
const MOST_WAITING = 200

/** Who waits for which lock. A lock that is released in this process is tried again at once, by one who waits here. */
export class Waiting {
  readonly #timer: Timer
  readonly #wakes = new Map<string, Set<() => void>>()
  #count = 0

  constructor(timer: Timer) {
    this.#timer = timer
  }

  get isFull(): boolean {
    return this.#count >= MOST_WAITING
  }

  /** Resolves after a pause of this number, when the lock is released here, or the wait is cancelled. */
  pause(name: string, number: number, { mostMs, cancel }: Pause): Promise<void> {
    const longest = Math.min(PAUSE_MS.first * 2 ** Math.min(number, 10), PAUSE_MS.longest)
    const ms = Math.min(mostMs, longest * (0.5 + Math.random() / 2))
    const wakes = this.#wakes.get(name) ?? new Set()
    this.#wakes.set(name, wakes)
    this.#count++
    return new Promise<void>((resolve) => {
      const end = (): void => {
        if (!wakes.delete(end)) return
        this.#count--
        if (wakes.size === 0) this.#wakes.delete(name)
        forgetTime()
        forgetCancel()
        resolve()
      }
      wakes.add(end)
      const forgetTime = this.#timer.after(ms, end)
      let forgetCancel = (): void => undefined
      forgetCancel = cancel.onCancel(end)
    })
  }

  /** The lock was released. */
  wake(name: string): void {
    const [first] = this.#wakes.get(name) ?? []
    first?.()
  }
}

interface Pause {
  readonly mostMs: number
  readonly cancel: CancelSignal
}
