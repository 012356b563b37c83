import type { Logger } from 'pino'
import type { StoreFaultKind } from '../cache/errors.js'

/** Neither requests that fail, reasons that alternate nor short outages fill the log: each is told this rarely. */
const QUIET_MS = 10_000

export interface Warning {
  /** Warnings of one kind share a limit. */
  readonly kind: string
  /** A constant sentence. */
  readonly message: string
  /** What an operator can do. */
  readonly hint: string
  readonly fields: object
}

/** Writes the first warning of a kind at once, then one per ten seconds with the number left out between. */
export const createWarnings = ({ log, now }: { log: Logger; now: () => number }) => {
  const kinds = new Map<string, { quietUntil: number; suppressed: number }>()

  return ({ kind, message, hint, fields }: Warning): void => {
    const known = kinds.get(kind)
    if (known !== undefined && now() < known.quietUntil) {
      known.suppressed++
      return
    }
    log.warn({ ...fields, suppressed: known?.suppressed ?? 0, hint }, message)
    kinds.set(kind, { quietUntil: now() + QUIET_MS, suppressed: 0 })
  }
}

/** Why the store, or the outbox, is down, as the log tells it: the kind that was told last is the present one. */
export interface Reasons<Kind extends string = StoreFaultKind> {
  /** The store has gone down, and this was told. */
  wentDown(kind: Kind): void
  /** Whether this is to be told; it then counts as told. */
  isNews(kind: Kind): boolean
}

/** So long after another reason was seen, a connection that has ended is taken for what follows from it. */
const FOLLOWS_MS = 10_000

/** `now` in ms, of a clock that does not step back. */
export const createReasons = <Kind extends string = StoreFaultKind>(now: () => number): Reasons<Kind> => {
  const toldAt = new Map<Kind, number>()
  let present: Kind | undefined
  let seenAt = 0

  const tell = (kind: Kind, at: number): void => {
    present = kind
    seenAt = at
    toldAt.set(kind, at)
  }

  return {
    wentDown: (kind) => tell(kind, now()),
    isNews: (kind) => {
      const at = now()
      if (kind === present) {
        seenAt = at
        return false
      }
      if (kind === 'closed' && at - seenAt < FOLLOWS_MS) return false
      const last = toldAt.get(kind)
      if (last !== undefined && at - last < QUIET_MS) return false
      tell(kind, at)
      return true
    }
  }
}
