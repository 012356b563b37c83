import { LRUCache } from 'lru-cache'
import type { UnstoredReason } from '../observer.js'

/**
 * The keys whose answers could not be stored, and would not be the next time either, with the reason: lookups of these
 * do not wait for one another for a while (Varnish: hit-for-miss).
 */
export type UncacheableKeys = LRUCache<string, UnstoredReason>

const CAPACITY = 10_000
const NOTED_MS = 60_000

/** `elapsed`: milliseconds of a clock that does not step back. */
export const createUncacheableKeys = (elapsed: () => number): UncacheableKeys =>
  new LRUCache({ max: CAPACITY, ttl: NOTED_MS, ttlResolution: 0, perf: { now: elapsed } })
