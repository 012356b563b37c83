import type { ServerResponse } from 'node:http'
import { tryAgain } from '../problem.js'

/** An answer of so many bytes is large: the system takes less at once from a caller who does not read. */
export const LARGE_BYTES = 128 * 1024
/** Above so many bytes, reads wait whose answer is known to be large. */
export const LARGE_WAIT_BYTES = 16 * 1024 * 1024
/** Above so many bytes, all reads wait. */
export const ALL_WAIT_BYTES = 4 * LARGE_WAIT_BYTES
/** How long a read waits; then it is answered 503. */
export const LONGEST_WAIT_MS = 5000
/** While a read waits, a caller who takes nothing of an answer for so long is cut. */
export const STALLED_MS = 4000
const CHECK_MS = 1000
/** So many targets with large answers are remembered, the latest ones. */
const MOST_KNOWN = 1000
const LONGEST_KNOWN = 512

/**
 * Bounds the memory of answers that callers do not read: bodies that were handed over, and of which the system has not
 * taken all. Above a bound, further reads wait before their answer is fetched: at first those of targets whose latest
 * answer was large, above `ALL_WAIT_BYTES` all. The read that came last goes on first, because its caller is the most
 * likely to be still there. A body that is sent to several callers counts once. A caller who takes nothing for
 * `timeoutMs` is cut, even when it goes on sending, and after `STALLED_MS` while a read waits.
 */
export class Unread {
  /**
   * Whether a read may have to wait, so that `room` is to be asked. A plain field, because every read looks at it: false
   * until the first large answer, and while little is held.
   */
  mayWait = false
  readonly #checksAllowed: number
  readonly #held = new Map<ServerResponse, Held>()
  readonly #holders = new Map<Buffer, number>()
  /** The size of the answer, by target. */
  readonly #known = new Map<string, number>()
  readonly #waiting: Waiting[] = []
  #bytes = 0
  /** Bytes of the answers, expected to be large, of reads that have been let go on. */
  #reserved = 0
  #refused = 0
  #checking: NodeJS.Timeout | undefined

  constructor({ timeoutMs }: { readonly timeoutMs: number }) {
    this.#checksAllowed = Math.ceil(timeoutMs / CHECK_MS)
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Reads that waited in vain, since the start. */
  get refused(): number {
    return this.#refused
  }

  /**
   * Undefined where a read may go on at once, and need not tell when it is done.
   * Rejects with a `ProblemError` of 503 after `LONGEST_WAIT_MS`.
   */
  room(target: string, response: ServerResponse): Promise<Release> | undefined {
    const size = this.#known.get(target) ?? 0
    if (size === 0 && this.#bytes <= ALL_WAIT_BYTES) return undefined
    if (this.#hasRoom(size)) return Promise.resolve(this.#reserve(size))
    return new Promise((go, refuse) => {
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
        this.#refused++
        refuse(tryAgain('Too many answers lie here that their callers do not read.'))
      }, LONGEST_WAIT_MS)
      const waiting: Waiting = {
        size,
        response,
        go: () => {
          clearTimeout(timer)
          go(this.#reserve(size))
        }
      }
      this.#waiting.push(waiting)
    })
  }

  /**
   * To be called when an answer was handed over, all of it or its first part. One that is smaller than `LARGE_BYTES` and
   * of which the system has taken all changes nothing here.
   */
  sent(target: string, body: Buffer, response: ServerResponse): void {
    if (body.length >= LARGE_BYTES) this.#know(target, body.length)
    if (response.writableEnded && response.writableLength === 0) return
    if (response.destroyed) return
    this.#held.set(response, { body, taken: takenOf(response), checks: 0 })
    const holders = this.#holders.get(body) ?? 0
    this.#holders.set(body, holders + 1)
    if (holders === 0) this.#hold(body.length)
    response.once('close', () => this.#drop(response, body))
    this.#checking ??= setInterval(() => this.#check(), CHECK_MS).unref()
  }

  #hold(bytes: number): void {
    this.#bytes += bytes
    this.#noteMayWait()
  }

  #noteMayWait(): void {
    this.mayWait = this.#known.size > 0 || this.#bytes > ALL_WAIT_BYTES
  }

  #drop(response: ServerResponse, body: Buffer): void {
    this.#held.delete(response)
    if (this.#held.size === 0) {
      clearInterval(this.#checking)
      this.#checking = undefined
    }
    const holders = (this.#holders.get(body) ?? 1) - 1
    if (holders > 0) {
      this.#holders.set(body, holders)
      return
    }
    this.#holders.delete(body)
    this.#hold(-body.length)
    this.#letGo()
  }

  /** Counts checks and not time, so that a process that was stopped for a while cuts nobody. */
  #check(): void {
    const pressed = this.#waiting.length > 0 ? STALLED_MS / CHECK_MS : Infinity
    for (const [response, held] of this.#held) {
      const taken = takenOf(response)
      held.checks = taken === held.taken ? held.checks + 1 : 0
      held.taken = taken
      if (held.checks >= Math.min(pressed, this.#checksAllowed)) response.destroy()
    }
  }

  #hasRoom(size: number): boolean {
    if (size === 0) return this.#bytes <= ALL_WAIT_BYTES
    const used = this.#bytes + this.#reserved
    // One that is larger than the bound goes alone.
    return used === 0 || used + size <= LARGE_WAIT_BYTES
  }

  #reserve(size: number): Release {
    this.#reserved += size
    return () => {
      this.#reserved -= size
      this.#letGo()
    }
  }

  #letGo(): void {
    for (let at = this.#waiting.length - 1; at >= 0; at--) {
      const waiting = this.#waiting[at]
      if (waiting === undefined || (!waiting.response.destroyed && !this.#hasRoom(waiting.size))) continue
      this.#waiting.splice(at, 1)
      waiting.go()
    }
  }

  #know(target: string, size: number): void {
    if (target.length > LONGEST_KNOWN) return
    this.#known.delete(target)
    this.#known.set(target, size)
    const [oldest] = this.#known.keys()
    if (this.#known.size > MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest)
    this.#noteMayWait()
  }
}

/** To be called when the answer was handed over, or failed. */
type Release = () => void

interface Held {
  readonly body: Buffer
  taken: number
  /** In which nothing more had been taken. */
  checks: number
}

interface Waiting {
  readonly size: number
  readonly response: ServerResponse
  readonly go: () => void
}

const takenOf = ({ socket }: ServerResponse): number =>
  socket === null ? 0 : socket.bytesWritten - socket.writableLength
