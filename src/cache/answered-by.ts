import type { Outcome } from './observer.js'

export type AnswerKind = 'cached' | 'uncached' | 'forwarded' | 'failed'

/** Where an answer came from. `uncached`: from the origin, for want of an entry. */
export const ANSWERED_BY: Readonly<Record<Outcome, AnswerKind>> = {
  hit: 'cached',
  stale: 'cached',
  miss: 'uncached',
  collapsed: 'uncached',
  unproven: 'uncached',
  'store-unavailable': 'uncached',
  bypass: 'forwarded',
  write: 'forwarded',
  'would-hit': 'forwarded',
  'would-stale': 'forwarded',
  'would-miss': 'forwarded',
  failed: 'failed'
}
