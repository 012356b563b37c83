import { Type } from '@sinclair/typebox'
import type { preValidationHookHandler } from 'fastify'

/** What an invalidation may be sent with. */
export const WaitHeaders = Type.Object({
  prefer: Type.Optional(
    Type.String({
      description:
        'wait=N (RFC 7240 §4.3): answer after N seconds at most, with 202 if the store has not taken it; 0 waits for the first attempt only. A longer time than INVALIDATION_TIMEOUT_MS is not applied. Preference-Applied tells what was.'
    })
  )
})

/** What a request that gives a lifetime may be sent with. */
export const HandlingHeaders = Type.Object({
  prefer: Type.Optional(
    Type.String({
      description:
        'handling=lenient (RFC 7240 §4.4): a ttl above its maximum counts as the maximum instead of being refused. Preference-Applied tells that it was applied.'
    })
  )
})

interface Preference {
  /** `undefined` where nothing was asked for that can be given. */
  readonly waitMs: number | undefined
  /** The header field that says so. */
  readonly applied: Readonly<Record<string, string>>
}

/** Reads `Prefer: wait=N`. What is malformed or too long is not applied: RFC 7240 §2 has a server ignore it. */
export const readWait = (field: string | undefined, longestMs: number): Preference => {
  const seconds = field === undefined ? undefined : WAIT.exec(withoutStrings(field))?.[1]
  const waitMs = Number(seconds ?? NaN) * 1000
  if (!(waitMs <= longestMs)) return { waitMs: undefined, applied: {} }
  return { waitMs, applied: { 'preference-applied': `wait=${waitMs / 1000}` } }
}

/** Whether `Prefer: handling=lenient` was asked for. */
export const isLenient = (field: string | undefined): boolean =>
  field !== undefined && HANDLING.exec(withoutStrings(field))?.[1]?.toLowerCase() === 'lenient'

/**
 * Before the schema sees them, lowers the lifetimes in the query, in the body and in its `entries` to `maxTtlSeconds` where
 * the caller has asked for that. What is no integer is left for the schema to refuse.
 */
export const lenientLifetimes =
  (maxTtlSeconds: number): preValidationHookHandler =>
  ({ headers, query, body }, reply, done) => {
    if (isLenient([headers['prefer']].flat().join())) {
      void reply.header('preference-applied', 'handling=lenient')
      const entries: unknown = isRecord(body) ? body['entries'] : undefined
      for (const holder of [query, body, ...(Array.isArray(entries) ? (entries as readonly unknown[]) : [])])
        lowerTtl(holder, maxTtlSeconds)
    }
    done()
  }

const lowerTtl = (holder: unknown, maxTtlSeconds: number): void => {
  if (!isRecord(holder)) return
  const { ttl } = holder
  if (typeof ttl === 'number' && Number.isInteger(ttl) && ttl > maxTtlSeconds) holder['ttl'] = maxTtlSeconds
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The first of several holds (RFC 7240 §2). */
const WAIT = /(?:^|,)\s*wait\s*=\s*(\d{1,9})\s*(?=[,;]|$)/i
const HANDLING = /(?:^|,)\s*handling\s*=\s*([a-z]+)\s*(?=[,;]|$)/i

/** A value may be a quoted string; those that are no single word say nothing of these preferences. */
const withoutStrings = (field: string): string =>
  field.replaceAll(/"(\w*)"/g, '$1').replaceAll(/"(?:[^"\\]|\\.)*"/g, '')
