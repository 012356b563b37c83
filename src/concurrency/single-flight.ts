import { CancelSource, type CancelSignal, CancelledError } from './cancellation.js'

/**
 * One run of a piece of work, whose result several wait for. It is cancelled when the last of them is, and not before:
 * a run that nobody has waited for yet, as in the background, goes on.
 */
export interface SharedRun<Result, About> {
  /** What whoever started it has said of it. */
  readonly about: About
  readonly result: Promise<Result>
  /** Waits for the result; rejects with `CancelledError` when this one is cancelled first. */
  wait(cancel: CancelSignal): Promise<Result>
}

/** At most one run under each key at a time (the `singleflight` of groupcache, with cancellation). */
export class SingleFlight<Result, About> {
  // A `Map` would keep what was deleted from it until a major collection: its old tables are linked to the new ones.
  readonly #runs = Object.create(null) as Record<string, SharedRun<Result, About> | undefined>

  find(key: string): SharedRun<Result, About> | undefined {
    return this.#runs[key]
  }

  /** Starts the work, and lets others find its run until it has ended. */
  start(
    key: string,
    about: About,
    work: (cancel: CancelSignal) => Promise<Result>
  ): SharedRun<Result, About> {
    const source = new CancelSource()
    const forget = (): void => {
      if (this.#runs[key] === run) Reflect.deleteProperty(this.#runs, key)
    }
    // A cancelled run may take long to end; nobody is to join it until then.
    source.onCancel(forget)
    const result = work(source).finally(forget)
    const run: SharedRun<Result, About> = { about, result, wait: waitFor(result, source) }
    // Whoever waits is told of a failure; a run that nobody waits for fails silently.
    result.catch(() => undefined)
    this.#runs[key] = run
    return run
  }
}

const waitFor = <Result>(result: Promise<Result>, source: CancelSource) => {
  let waiters = 0
  return (cancel: CancelSignal): Promise<Result> =>
    new Promise((resolve, reject) => {
      waiters++
      const forget = cancel.onCancel(() => {
        reject(new CancelledError())
        if (--waiters === 0) source.cancel()
      })
      result.then(resolve, reject)
      result.then(forget, forget)
    })
}
