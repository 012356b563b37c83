/** Figures of a stretch of time that can be added up. */
export interface Summable<Self> {
  add(other: Self): void
}

export const WINDOWS = ['1m', '15m', '24h'] as const
export type Window = (typeof WINDOWS)[number]

/** Each window in slots, of which the oldest one leaves it as a whole. */
const SLOTS: Readonly<Record<Window, { readonly ms: number; readonly count: number }>> = {
  '1m': { ms: 5000, count: 12 },
  '15m': { ms: 60_000, count: 15 },
  '24h': { ms: 3_600_000, count: 24 }
}

export const SLOT_MS = SLOTS['1m'].ms

interface SlidingWindowsOptions<Sum> {
  readonly create: () => Sum
  /** Milliseconds of a clock that does not step back. */
  readonly elapsed: () => number
}

/**
 * What was counted in the last minute, quarter of an hour and day. All is counted into one open slot; when its time is over it
 * moves on into the windows: the finest one keeps it, the others add it to a slot of theirs. Memory is that of 51 slots.
 */
export class SlidingWindows<Sum extends Summable<Sum>> {
  /** What is counted now goes into this. */
  open: Sum
  readonly #options: SlidingWindowsOptions<Sum>
  readonly #rings: Readonly<Record<Window, Ring<Sum>>>
  readonly #startedAt: number
  #openIndex: number

  constructor(options: SlidingWindowsOptions<Sum>) {
    this.#options = options
    this.open = options.create()
    this.#startedAt = options.elapsed()
    this.#openIndex = this.#indexNow()
    const ringOf = (window: Window) => new Ring({ ...SLOTS[window], create: options.create })
    this.#rings = { '1m': ringOf('1m'), '15m': ringOf('15m'), '24h': ringOf('24h') }
  }

  /** To be called at least once in `SLOT_MS`: what is counted later would count as of the slot before. */
  advance(): void {
    const index = this.#indexNow()
    if (index === this.#openIndex) return
    const at = this.#openIndex * SLOT_MS
    for (const window of WINDOWS) this.#rings[window].add(at, this.open)
    this.open = this.#options.create()
    this.#openIndex = index
  }

  /** A sum of its own, and the milliseconds that it is about: less than the window's after a start. */
  over(window: Window): { readonly sum: Sum; readonly ms: number } {
    this.advance()
    const now = this.#options.elapsed()
    const { ms, count } = SLOTS[window]
    const from = (Math.floor(now / ms) - count + 1) * ms
    const sum = this.#options.create()
    this.#rings[window].sumSince(from, sum)
    sum.add(this.open)
    return { sum, ms: now - Math.max(from, this.#startedAt) }
  }

  #indexNow(): number {
    return Math.floor(this.#options.elapsed() / SLOT_MS)
  }
}

interface RingOptions<Sum> {
  readonly ms: number
  readonly count: number
  readonly create: () => Sum
}

/** The last slots of one width. */
class Ring<Sum extends Summable<Sum>> {
  readonly #options: RingOptions<Sum>
  readonly #slots: { index: number; sum: Sum }[] = []

  constructor(options: RingOptions<Sum>) {
    this.#options = options
  }

  add(at: number, closed: Sum): void {
    const { ms, count, create } = this.#options
    const index = Math.floor(at / ms)
    const last = this.#slots.at(-1)
    if (last?.index === index) {
      last.sum.add(closed)
      return
    }
    const sum = create()
    sum.add(closed)
    this.#slots.push({ index, sum })
    if (this.#slots.length > count) this.#slots.shift()
  }

  sumSince(from: number, sum: Sum): void {
    for (const slot of this.#slots) if (slot.index * this.#options.ms >= from) sum.add(slot.sum)
  }
}
