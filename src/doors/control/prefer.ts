import { Type } from '@sinclair/typebox'

/** What an invalidation may be sent with. */
export const PreferHeaders = Type.Object({
  prefer: Type.Optional(
    Type.String({
      description:
        'wait=N (RFC 7240 §4.3): answer after N seconds at most, with 202 if the store has not taken it; 0 waits for the first attempt only. A longer time than INVALIDATION_TIMEOUT_MS is not applied. Preference-Applied tells what was.'
    })
  )
})

export interface Preference {
  /** `undefined` where nothing was asked for that can be given. */
  readonly waitMs: number | undefined
  /** The header field that says so. */
  readonly applied: Readonly<Record<string, string>>
}

/** Reads `Prefer: wait=N`. What is malformed or too long is not applied: RFC 7240 §2 has a server ignore it. */
export const readPreference = (field: string | undefined, longestMs: number): Preference => {
  const seconds = field === undefined ? undefined : WAIT.exec(withoutStrings(field))?.[1]
  const waitMs = Number(seconds ?? NaN) * 1000
  if (!(waitMs <= longestMs)) return { waitMs: undefined, applied: {} }
  return { waitMs, applied: { 'preference-applied': `wait=${waitMs / 1000}` } }
}

/** The first of several holds (RFC 7240 §2). */
const WAIT = /(?:^|,)\s*wait\s*=\s*(\d{1,9})\s*(?=[,;]|$)/i

/** A value may be a quoted string; those that are no number say nothing of a wait. */
const withoutStrings = (field: string): string =>
  field.replaceAll(/"(\d*)"/g, '$1').replaceAll(/"(?:[^"\\]|\\.)*"/g, '')
