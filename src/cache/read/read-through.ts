import type { Answer } from '../answer.js'
import { bypassStatus, pendingStatus } from '../../http/cache-status.js'
import { isFresh } from '../entry.js'
import { OriginError } from '../errors.js'
import type { Flight } from '../../concurrency/single-flight.js'
import type { Forward } from './forward.js'
import { discard, type Fetched, type CollapsedFetches } from './collapsed-fetch.js'
import type { HostCheck } from './host-check.js'
import { type CancelSignal, CancelledError } from '../../concurrency/cancellation.js'
import type { UncacheableKeys } from './uncacheable-keys.js'
import type { Observer } from '../observer.js'
import { type Cacheability, cacheabilityOf } from './cacheability.js'
import type { Lookup, ReadRequest } from './lookup.js'
import {
  afterFailure,
  forCollapsed,
  forLeader,
  forwardStatus,
  fromCache,
  isUsableOnError,
  missOutcome
} from './lookup-answer.js'
import type { ReadFields, RequestFields } from './request-fields.js'
import type { ResourceTable } from '../resource.js'
import { proofKey, type Reading, type Store } from '../store.js'

export interface ReadThroughOptions {
  readonly table: ResourceTable
  readonly checkHost: HostCheck | undefined
  readonly readFields: ReadFields
  readonly store: Store
  readonly forward: Forward
  readonly fetches: CollapsedFetches
  readonly uncacheable: UncacheableKeys
  readonly now: () => number
  readonly isEnabled: boolean
  readonly observer: Observer
}

/** A reader waits for others' fetches this often; then it asks the origin by itself. */
const WAITS = 2

const DISABLED: Cacheability = { kind: 'bypass', reason: 'disabled', resource: 'none' }
const NOTHING: Reading['entries'] = []

/**
 * One read, from the request to its answer (the states of design "One read"):
 *
 *     bypass ─ no row, search, no identity …       → forward
 *     lookup ─ fresh                               → hit
 *            ─ stale, within stale-while-revalidate → hit, refreshed in the background
 *            ─ no proof                            → ask alone: the answer is the proof
 *            ─ marked unstorable, or HEAD          → forward
 *            ─ else                                → join or lead a flight
 *     flight ─ entry                               → answer all
 *            ─ unstorable                          → the leader's alone; the next reader leads
 *            ─ origin failed                       → stale-if-error, else the failure
 */
export const createReadThrough = (options: ReadThroughOptions) => {
  const { store, forward, fetches, uncacheable, now, readFields } = options

  const read = async (request: ReadRequest): Promise<Answer> => {
    const startedAt = performance.now()
    const fields = readFields(request.headers)
    const plan = options.isEnabled ? cacheabilityOf(options, request, fields) : DISABLED
    const isLookup = plan.kind === 'lookup'
    const answer = isLookup
      ? await lookUp(request, fields, plan)
      : await forward(request, fields.identity, {
          resource: plan.resource,
          outcome: 'bypass',
          cacheStatus: bypassStatus(plan.reason)
        })
    options.observer.answered({
      resource: isLookup ? plan.resource.name : plan.resource,
      key: isLookup ? plan.key : undefined,
      outcome: answer.outcome,
      status: answer.status,
      durationMs: performance.now() - startedAt,
      requestId: fields.trace.requestId,
      traceparent: fields.trace.traceparent
    })
    return answer
  }

  const lookUp = async (
    request: ReadRequest,
    fields: RequestFields,
    plan: Lookup['plan']
  ): Promise<Answer> => {
    const arrival = fetches.arrive()
    const { identity } = fields
    const isProofNeeded = plan.resource.scope === 'authenticated'
    const storeKeys = isProofNeeded && identity !== undefined ? [plan.key, proofKey(identity)] : [plan.key]
    let reading: Reading | undefined
    try {
      reading = await store.read(storeKeys)
    } catch {
      // A reader without a position is a miss that nothing is kept of.
    }
    const [entry, proof] = reading?.entries ?? NOTHING
    const at = now()
    const isProven = !isProofNeeded || (proof !== undefined && isFresh(proof, at))
    const reader = { request, fields, plan, arrival, position: reading?.position, entry, proof, isProven }
    if (isProven && entry !== undefined) {
      if (isFresh(entry, at)) return fromCache(reader, 'hit', at)
      if (at < entry.staleWhileRevalidateUntil) {
        if (request.method === 'GET') fetches.refresh(reader)
        return fromCache(reader, 'stale', at)
      }
    }
    return fromOrigin(reader)
  }

  const fromOrigin = (reader: Lookup): Promise<Answer> => {
    if (reader.request.method === 'HEAD') return alone(reader)
    if (reader.isProven) return together(reader)
    return reader.position === undefined ? alone(reader) : askAlone(reader)
  }

  /** Joins the flight for the key or leads one, at most a few times; then asks without the others. */
  const together = async (reader: Lookup): Promise<Answer> => {
    const { caller } = reader.request
    for (let waits = 0; waits < WAITS && !uncacheable.has(reader.plan.key); waits++) {
      const current = fetches.find(reader.plan.key)
      const flight = current ?? fetches.start(reader)
      const landing = await result(flight, caller, current === undefined)
      if (landing instanceof OriginError) return afterFailure(reader, landing, now())
      if (current === undefined) return await leaderAnswer(reader, landing)
      if (landing.kind === 'own' && landing.answer.status >= 500 && isUsableOnError(reader, now())) {
        return fromCache(reader, 'stale', now())
      }
      if (landing.kind === 'entry' && (await fetches.isAnswer(reader, flight, landing))) {
        return forCollapsed(reader, landing.entry)
      }
    }
    return alone(reader)
  }

  /** An answer that makes something untrue, as a 401 or 403 does, is held until that is invalidated, or pending. */
  const leaderAnswer = async (reader: Lookup, landing: Fetched): Promise<Answer> => {
    const effects = landing.kind === 'own' ? await landing.effects : undefined
    const answer = forLeader(reader, landing, now())
    return effects === 'pending' ? { ...answer, cacheStatus: pendingStatus(answer.cacheStatus) } : answer
  }

  const result = async (
    flight: Flight<Fetched>,
    caller: CancelSignal,
    isLeader: boolean
  ): Promise<Fetched | OriginError> => {
    try {
      return await flight.wait(caller)
    } catch (error) {
      if (error instanceof OriginError) return error
      if (isLeader && error instanceof CancelledError) flight.result.then(discard, () => undefined)
      throw error
    }
  }

  /** Without a proof nobody else's answer may be given; this one's own answer is the proof. */
  const askAlone = async (reader: Lookup): Promise<Answer> => {
    try {
      return await leaderAnswer(reader, await fetches.ask(reader, reader.request.caller))
    } catch (error) {
      if (error instanceof OriginError) return afterFailure(reader, error, now())
      throw error
    }
  }

  const alone = async (reader: Lookup): Promise<Answer> => {
    const answer = await forward(reader.request, reader.fields.identity, {
      resource: reader.plan.resource.name,
      outcome: missOutcome(reader),
      cacheStatus: forwardStatus(reader)
    })
    if (answer.status < 500 || !isUsableOnError(reader, now())) return answer
    if (answer.kind === 'relay') answer.answer.body.destroy()
    return fromCache(reader, 'stale', now())
  }

  return read
}
