import { type Static, Type } from '@sinclair/typebox'
import type { Figures } from './figures.js'
import { CountedInvalidation } from './invalidation-figures.js'
import { ResourceFigures } from './resource-figures.js'
import type { Sketch } from './sketch.js'
import { type Window, WINDOWS } from './sliding-windows.js'

const Known = (description: string) => Type.Union([Type.Number(), Type.Null()], { description })

const Distribution = (description: string) =>
  Type.Object(
    {
      count: Type.Integer(),
      mean: Known('null without a value, as the others'),
      p50: Known('Percentiles within 3 %'),
      p90: Known(''),
      p99: Known('')
    },
    { description }
  )

const Counts = (description: string) => Type.Record(Type.String(), Type.Integer(), { description })

const FiguresAnswer = Type.Object({
  hits: Type.Integer({ description: 'Answered from the cache, fresh' }),
  stale: Type.Integer({
    description: 'Answered from the cache, stale, while it was refreshed or on an error'
  }),
  misses: Type.Integer({
    description: 'For which the origin was asked, those that waited for another one’s too'
  }),
  collapsed: Type.Integer({ description: 'Of the misses, those that waited' }),
  unproven: Type.Integer({ description: 'Of the misses, those of callers without a current proof' }),
  failed: Type.Integer({ description: 'Without an answer' }),
  hitRate: Known('(hits + stale) ÷ (hits + stale + misses + failed)'),
  would: Type.Object(
    { hits: Type.Integer(), stale: Type.Integer(), misses: Type.Integer(), hitRate: Known('') },
    { description: 'What the cache would have done, where it only observes' }
  ),
  bypasses: Counts('Not looked up, by reason'),
  unstored: Counts('Answers that were not stored, by reason'),
  bytes: Type.Integer({ description: 'Of bodies that were sent from the store' }),
  ageSeconds: Distribution('Of answers from the cache'),
  freshSeconds: Distribution('What was left of their lives; 0 for stale ones'),
  cachedMs: Distribution('Time of answers from the cache'),
  uncachedMs: Distribution('Time of misses'),
  originMs: Distribution('Time of the origin, for refreshes and writes too'),
  originFailures: Type.Integer({ description: 'Requests to the origin without an answer' }),
  saved: Type.Object(
    { requests: Type.Integer(), seconds: Known('null where the origin has not been asked within a day') },
    {
      description:
        'Requests that the origin did not get, and its time for them by the mean of those that it got'
    }
  )
})
type FiguresAnswer = Static<typeof FiguresAnswer>

export const AnalyticsAnswer = Type.Object({
  window: Type.Unsafe<Window>({ type: 'string', enum: [...WINDOWS] }),
  seconds: Type.Integer({ description: 'What it is about: less than the window after a start' }),
  pods: Type.Array(Type.String(), { description: 'Whose figures these are; this one is the first' }),
  total: FiguresAnswer,
  resources: Type.Record(Type.String(), FiguresAnswer, {
    description: 'By the name of the row; none: without one'
  }),
  invalidations: Type.Array(CountedInvalidation)
})
export type AnalyticsAnswer = Static<typeof AnalyticsAnswer>

interface Counted {
  readonly window: Window
  readonly ms: number
  readonly pods: readonly string[]
  readonly sum: Figures
  /** Of the last day: for rows whose origin was not asked in a shorter time. */
  readonly day: Figures
}

export const analyticsAnswer = ({ window, ms, pods, sum, day }: Counted): AnalyticsAnswer => {
  const resources = [...sum.resources].map(
    ([name, figures]) => [name, figuresAnswer(figures, day.resources.get(name)?.originMs.mean)] as const
  )
  const total = new ResourceFigures()
  for (const figures of sum.resources.values()) total.add(figures)
  const seconds = resources.map(([, { saved }]) => saved.seconds ?? 0).reduce((one, other) => one + other, 0)
  const ofTotal = figuresAnswer(total, undefined)
  return {
    window,
    seconds: Math.round(ms / 1000),
    pods: [...pods],
    total: { ...ofTotal, saved: { requests: ofTotal.saved.requests, seconds } },
    resources: Object.fromEntries(resources),
    invalidations: [...sum.invalidations.all].sort((one, other) => other.removed - one.removed)
  }
}

const figuresAnswer = (figures: ResourceFigures, dayMeanMs: number | undefined): FiguresAnswer => {
  const { outcomes } = figures
  const [hits, stale, collapsed] = [outcomes.of('hit'), outcomes.of('stale'), outcomes.of('collapsed')]
  const failed = outcomes.of('failed')
  const misses = collapsed + outcomes.of('miss', 'unproven', 'store-unavailable')
  const cached = hits + stale
  const asked = cached + misses + failed
  const meanMs = figures.originMs.mean ?? dayMeanMs
  const requests = cached + collapsed
  return {
    ...{ hits, stale, misses, collapsed, failed },
    unproven: outcomes.of('unproven'),
    hitRate: ratio(cached, asked),
    would: wouldOf(outcomes),
    bypasses: figures.bypasses.toObject(),
    unstored: figures.unstored.toObject(),
    bytes: figures.cachedBytes,
    ageSeconds: distribution(figures.ages),
    freshSeconds: distribution(figures.freshness),
    cachedMs: distribution(figures.cachedMs),
    uncachedMs: distribution(figures.uncachedMs),
    originMs: distribution(figures.originMs),
    originFailures: figures.originFailures,
    saved: { requests, seconds: meanMs === undefined ? null : (requests * meanMs) / 1000 }
  }
}

const wouldOf = (outcomes: ResourceFigures['outcomes']): FiguresAnswer['would'] => {
  const [hits, stale] = [outcomes.of('would-hit'), outcomes.of('would-stale')]
  const misses = outcomes.of('would-miss')
  return { hits, stale, misses, hitRate: ratio(hits + stale, hits + stale + misses) }
}

const ratio = (dividend: number, divisor: number): number | null =>
  divisor === 0 ? null : dividend / divisor

const distribution = (sketch: Sketch) => ({
  count: sketch.count,
  mean: sketch.mean ?? null,
  p50: sketch.quantile(0.5) ?? null,
  p90: sketch.quantile(0.9) ?? null,
  p99: sketch.quantile(0.99) ?? null
})
