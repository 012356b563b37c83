import type { Logger } from 'pino'
import type { Stopped } from './stop.js'

interface Stoppable {
  readonly log: Logger
  /** Finishes what is in progress. */
  stop(): Promise<Stopped>
  /** A stop that takes longer is given up. */
  readonly timeoutMs: number
}

/**
 * How the process ends. SIGTERM and SIGINT stop it: exit code 0. An error that nobody caught stops it in the same way,
 * so that requests in progress are answered: exit code 1; a further one changes nothing. SIGHUP does not end it.
 * Listens from the moment it is made: as the first process of a container, where a signal that is not listened to
 * does nothing, this one would otherwise miss what comes while it starts.
 */
export class Ending {
  #stoppable: Stoppable | undefined
  #isStopping = false
  #exitCode = 0
  #isExiting = false

  constructor() {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => this.#asked(signal))
    process.on('SIGHUP', (signal) => {
      this.#stoppable?.log.info({ signal }, 'The signal is ignored: SIGTERM stops the process')
    })
    process.on('uncaughtException', (error: unknown) => this.#uncaught(error))
  }

  /** To be called before the first door opens: until then, whatever ends the process ends it at once. */
  stopBy(stoppable: Stoppable): void {
    this.#stoppable = stoppable
  }

  #asked(signal: NodeJS.Signals): void {
    if (this.#isStopping) return
    if (this.#stoppable === undefined) return this.#exit(0)
    this.#stoppable.log.info({ signal }, 'Stopping: requests in flight are finished first')
    this.#stop(this.#stoppable)
  }

  /** Rejections that nobody handles come here, too. */
  #uncaught(error: unknown): void {
    // Thrown by a listener of the exit itself, which it would otherwise call off.
    if (this.#isExiting) process.exit(this.#exitCode)
    this.#exitCode = 1
    if (this.#stoppable === undefined) {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
      return this.#exit(1)
    }
    this.#stoppable.log.fatal(
      { err: error },
      'Nobody caught this error; please report it. Requests in flight are finished, then the process ends'
    )
    if (!this.#isStopping) this.#stop(this.#stoppable)
  }

  #stop(stoppable: Stoppable): void {
    const { log, timeoutMs } = stoppable
    this.#isStopping = true
    setTimeout(() => {
      log.error({ timeoutMs }, 'Stopping takes too long and is given up')
      this.#exit(1)
    }, timeoutMs)
    stoppable.stop().then(
      ({ cut }) => {
        if (cut === 0) log.info({ cut }, 'Stopped')
        else log.warn({ cut }, 'Stopped: requests that took longer than SHUTDOWN_TIMEOUT_MS were cut')
        this.#exit(this.#exitCode)
      },
      (error: unknown) => {
        log.error({ err: error }, 'Stopping failed')
        this.#exit(1)
      }
    )
  }

  #exit(code: number): never {
    this.#isExiting = true
    this.#exitCode = code
    process.exit(code)
  }
}
