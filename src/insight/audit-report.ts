import { type Static, Type } from '@sinclair/typebox'
import { shareInterval } from '../cache/audit/interval.js'
import type { Audited, Finding } from '../cache/audit-events.js'
import type { Observer } from '../cache/observer.js'
import { Counts } from './counts.js'

const MOST_FINDINGS = 100

const Share = Type.Number({ minimum: 0, maximum: 1 })

const FindingAnswer = Type.Object({
  resource: Type.String(),
  outcome: Type.String({ description: 'stale, or volatile: the origin answers something else each time' }),
  at: Type.String({ format: 'date-time' }),
  key: Type.String(),
  path: Type.String(),
  fields: Type.Array(Type.String(), { description: 'Names, never values; * for the places of a list' }),
  ageSeconds: Type.Integer({ description: 'Of the entry' }),
  invalidations: Type.Array(
    Type.Object({
      at: Type.String({ format: 'date-time' }),
      source: Type.String(),
      names: Type.Array(Type.String(), { description: 'The first five' })
    }),
    { description: 'The last ones of this process that reached the entry: none was for this change' }
  )
})

/** The answer of `GET /v1/audit`. */
export const AuditAnswer = Type.Object({
  since: Type.String({ format: 'date-time' }),
  resources: Type.Record(
    Type.String(),
    Type.Object({
      outcomes: Type.Record(Type.String(), Type.Integer(), {
        description: 'same, stale, in-flight, volatile, inconclusive'
      }),
      staleShare: Type.Object(
        { low: Share, high: Share },
        {
          description:
            'Of answers from the cache, with 95 % confidence; inconclusive comparisons do not count'
        }
      )
    })
  ),
  findings: Type.Array(FindingAnswer, { description: 'The last hundred, the newest first' })
})
export type AuditAnswer = Static<typeof AuditAnswer>

interface Found extends Finding {
  readonly resource: string
  readonly outcome: Audited['outcome']
}

/** What comparisons of answers from the cache with the origin's have brought, since the process started. */
export const createAuditReport = (now: () => number) => {
  const since = new Date(now()).toISOString()
  const counts = new Map<string, Counts<Audited['outcome']>>()
  const found: Found[] = []

  return {
    observer: {
      audited: ({ resource, outcome, finding }) => {
        const counted = counts.get(resource) ?? new Counts()
        counts.set(resource, counted)
        counted.add(outcome)
        if (finding === undefined) return
        found.unshift({ ...finding, resource, outcome })
        found.splice(MOST_FINDINGS)
      }
    } satisfies Partial<Observer>,

    snapshot: (): AuditAnswer => ({
      since,
      resources: Object.fromEntries(
        [...counts].map(([resource, counted]) => [
          resource,
          {
            outcomes: counted.toObject(),
            staleShare: shareInterval(
              counted.of('stale'),
              counted.of('same', 'in-flight', 'volatile', 'stale')
            )
          }
        ])
      ),
      findings: found.map(({ resource, outcome, at, key, path, fields, ageSeconds, invalidations }) => ({
        ...{ resource, outcome, key, path, ageSeconds },
        at: new Date(at).toISOString(),
        fields: [...fields],
        invalidations: invalidations.map((invalidation) => ({
          at: new Date(invalidation.at).toISOString(),
          source: invalidation.source,
          names: [...invalidation.names]
        }))
      }))
    })
  }
}
