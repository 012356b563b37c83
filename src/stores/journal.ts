import { type Invalidation, invalidationOf } from '../cache/invalidation.js'
import type { Position } from '../cache/position.js'
import { KEPT } from '../cache/tags.js'

const CAPACITY = 10_000
const EVERYTHING_KEPT = `${KEPT}*`
const TAKEN_AT_ONCE = 1000

/**
 * The invalidations that arrived while the store could not take them, as the names to be invalidated: their
 * order does not matter. It is bounded: when it overflows, everything is to be invalidated, what is kept, too. It dies
 * with the process.
 */
export class Journal {
  readonly #capacity: number
  readonly #keys = new Set<string>()
  readonly #tags = new Set<string>()
  readonly #patterns = new Set<string>()
  #all = false
  #beingCarriedOut = 0
  /** Those who wait for names that are still here, and for the last of them, which are being carried out. */
  readonly #waiting = new Set<Told>()
  readonly #nextTold = new Set<Told>()

  constructor(capacity = CAPACITY) {
    this.#capacity = capacity
  }

  /** Names that are pending; everything counts as one. */
  get size(): number {
    return this.#notTaken + this.#beingCarriedOut
  }

  /** Names that are not taken. */
  get #notTaken(): number {
    if (this.#isEverything) return 1
    return (this.#all ? 1 : 0) + this.#keys.size + this.#tags.size + this.#patterns.size
  }

  /** What is kept, too, which "all" does not reach. */
  get #isEverything(): boolean {
    return this.#all && this.#patterns.has(EVERYTHING_KEPT)
  }

  add(invalidation: Invalidation): void {
    if (this.#isEverything) return
    for (const key of invalidation.keys) this.#keys.add(key)
    for (const tag of invalidation.tags) this.#tags.add(tag)
    for (const pattern of invalidation.patterns) this.#patterns.add(pattern)
    this.#all ||= invalidation.all
    if (this.#notTaken <= this.#capacity) return
    this.#all = true
    for (const names of [this.#keys, this.#tags, this.#patterns]) names.clear()
    this.#patterns.add(EVERYTHING_KEPT)
  }

  /** Hands out a bounded part, which stays pending until it is `done` or put back. */
  take(): Invalidation | undefined {
    const before = this.#notTaken
    if (before === 0) return undefined
    const taken = invalidationOf({
      keys: takeFrom(this.#keys),
      tags: takeFrom(this.#tags),
      patterns: takeFrom(this.#patterns),
      all: this.#all
    })
    this.#all = false
    this.#beingCarriedOut = before - this.#notTaken
    if (this.#notTaken === 0) move(this.#waiting, this.#nextTold)
    return taken
  }

  /** What was taken has been carried out, and the log has come to this position. */
  done(position: Position): void {
    this.#beingCarriedOut = 0
    const told = [...this.#nextTold]
    this.#nextTold.clear()
    for (const tell of told) tell(position)
  }

  putBack(taken: Invalidation): void {
    this.#beingCarriedOut = 0
    this.add(taken)
    move(this.#nextTold, this.#waiting)
  }

  /** Runs `told` once all that is pending now has been carried out, with the position it has come to. Returns how to forget it. */
  whenDone(told: Told): () => void {
    this.#waiting.add(told)
    return () => {
      this.#waiting.delete(told)
      this.#nextTold.delete(told)
    }
  }
}

type Told = (position: Position) => void

const takeFrom = (names: Set<string>): string[] => {
  const taken: string[] = []
  for (const name of names) {
    if (taken.length === TAKEN_AT_ONCE) break
    taken.push(name)
    names.delete(name)
  }
  return taken
}

const move = <T>(from: Set<T>, to: Set<T>): void => {
  for (const member of from) to.add(member)
  from.clear()
}
