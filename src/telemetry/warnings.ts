import type { Logger } from 'pino'

export interface Warning {
  /** Warnings of one kind share a limit. */
  readonly kind: string
  /** A constant sentence. */
  readonly message: string
  /** What an operator can do. */
  readonly hint: string
  readonly fields: object
}

/** At most one line per kind in this time, however many requests fail. */
const QUIET_MS = 10_000

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
