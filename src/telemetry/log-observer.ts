import type { Logger } from 'pino'
import type { OriginError } from '../cache/errors.js'
import type { InvalidationsFolded, Observer, Outcome } from '../cache/observer.js'
import { EPOCH_ADVICE, LACKING, STORE_HINTS } from './hints.js'
import { createOutboxLog } from './outbox-log.js'
import { createReasons, createWarnings } from './warnings.js'

export interface LogObserverOptions {
  readonly log: Logger
  /** Epoch milliseconds. */
  readonly now: () => number
}

/**
 * Hits, misses and invalidations at debug, errors at warn: one line per transition of the store and per
 * reason why it stays down, and at most one per cause and ten seconds for what every request may run into. Each warning says what to do.
 */
export const createLogObserver = ({ log, now }: LogObserverOptions): Partial<Observer> => {
  const warn = createWarnings({ log, now })
  const reasons = createReasons(now)
  let wasDown = false
  let isTokenOverdue = false

  return {
    ...createOutboxLog({ log, now }),
    // At another level `debug` is an empty function, of 11 ns of a hit; so the level can change while it runs.
    answered: (event) => {
      log.debug(event, ANSWERED[event.outcome])
    },
    unstored: (event) => log.debug(event, 'An answer was not stored'),
    compressed: ({ outcome, error, ...fields }) => {
      if (outcome !== 'failed') return
      warn({
        kind: `compression ${fields.coding}`,
        message: 'An answer could not be compressed: it is stored and sent as it is',
        hint: 'Look at the error and at the memory of the process; COMPRESSION=off goes without it.',
        fields: { ...fields, err: error }
      })
    },
    originFailed: ({ error, ...fields }) => {
      warn({
        kind: `origin ${error.kind}`,
        message: 'The origin gave no answer',
        hint: ORIGIN_HINTS[error.kind] ?? ORIGIN_HINT,
        fields: { ...fields, err: error }
      })
    },
    originBrokeOff: ({ error, ...fields }) => {
      warn({
        kind: 'origin broke off',
        message: 'The origin broke off an answer: the caller got a part of it',
        hint: 'Look at the log of the backend for workers that ended or timed out, and at ORIGIN_TIMEOUT_MS.',
        fields: { ...fields, err: error }
      })
    },
    invalidated: ({ source, kinds, outcome, removed }) => {
      const fields = { source, kinds, outcome, removed }
      if (outcome === 'done') {
        log.debug(fields, 'Invalidated')
        return
      }
      warn({
        kind: 'pending',
        message: 'Invalidations are pending: Redis did not take them in time',
        hint: source === 'outbox' ? PENDING_ROWS_HINT : PENDING_HINT,
        fields
      })
    },
    invalidationsFolded: (event) => {
      warn({
        kind: `folded ${event.cause}`,
        message: 'Invalidations come too often: they are carried out together',
        hint: FOLDED_HINTS[event.cause],
        fields: event
      })
    },
    storeFailed: ({ operation, kind, error }) => {
      warn({
        kind: `${operation} ${kind}`,
        message: 'A store operation failed',
        hint: STORE_HINTS[kind],
        fields: { operation, err: error }
      })
    },
    storeChanged: (event) => {
      const { reason } = event
      if (event.state === 'down') {
        reasons.wentDown(event.kind)
        log.warn({ reason, hint: STORE_HINTS[event.kind] }, 'The store is down: reads go to the origin')
      } else if (wasDown) {
        log.warn({ reason, hint: UP_HINT }, 'The store is up again')
      } else {
        log.info({ reason }, 'The store is up')
      }
      wasDown = event.state === 'down'
    },
    storeStaysDown: ({ kind, reason }) => {
      if (reasons.isNews(kind))
        log.warn({ reason, hint: STORE_HINTS[kind] }, 'The store stays down for another reason')
    },
    storeLacks: ({ capabilities, reason }) => {
      const hint = capabilities.map((capability) => LACKING[capability]).join(' ')
      log.warn({ capabilities, reason, hint }, 'Redis does not tell all of itself')
    },
    tokenNotRenewed: ({ reason, failures }) => {
      const hint = STORE_HINTS['no-credentials']
      if (failures === 1) log.warn({ reason, hint }, 'The token for Redis was not renewed: it is tried again')
      else log.debug({ reason, failures }, 'The token for Redis was not renewed')
      isTokenOverdue = true
    },
    tokenRenewed: ({ expiresAt }) => {
      const expires = new Date(expiresAt).toISOString()
      if (isTokenOverdue) log.warn({ expires, hint: TOKEN_HINT }, 'The token for Redis is renewed again')
      else log.debug({ expires }, 'The token for Redis was renewed')
      isTokenOverdue = false
    },
    audited: ({ resource, outcome, finding }) => {
      if (outcome !== 'stale') {
        log.debug({ resource, outcome, ...finding }, 'Audited')
        return
      }
      warn({
        kind: `stale ${resource}`,
        message: 'The cache answered what the origin no longer says',
        hint: STALE_HINT,
        fields: { resource, ...finding }
      })
    },
    epochBegan: ({ reason }) => {
      const { text, hint } = EPOCH_ADVICE[reason]
      log.info({ reason: text, hint }, 'A new epoch began: older entries are not read')
    }
  }
}

const ANSWERED: Readonly<Record<Outcome, string>> = {
  hit: 'Hit',
  stale: 'Stale hit',
  miss: 'Miss',
  collapsed: 'Miss, collapsed',
  unproven: 'Miss, no proof',
  'store-unavailable': 'Miss, store unavailable',
  bypass: 'Bypass',
  write: 'Write',
  'would-hit': 'Observed, would be a hit',
  'would-stale': 'Observed, would be a stale hit',
  'would-miss': 'Observed, would be a miss',
  failed: 'No answer from the origin'
}

const FOLDED_HINTS: Readonly<Record<InvalidationsFolded['cause'], string>> = {
  denial: 'Many callers are turned away (401, 403): look at the log of the ingress for who they are.',
  'log-in': 'Many sessions begin: look at the log of the ingress for who they are.',
  wide: 'One caller invalidates whole parts of the API again and again: give these writes rows of their own.',
  outbox:
    'A bulk update, or many: nothing to do once; if it recurs, invalidate a family in place of its members.'
}

const PENDING_HINT =
  'Other pods may serve old answers. They are applied once Redis is back and are lost if this process ends before: bring Redis back first.'
const PENDING_ROWS_HINT =
  'Other pods may serve old answers. They are applied once Redis is back; the rows of the outbox wait until then.'

const STALE_HINT =
  'A write that changes these fields is not announced: give its path a row in `writes` with a tag of this entry, or use the outbox.'

const UP_HINT = 'Nothing to do; if this recurs, look at the log of Redis and at the network.'

const TOKEN_HINT = 'Nothing to do; if this recurs, look at the way to the token endpoint of Entra ID.'

const ORIGIN_HINT = 'Check that the backend runs, its load, and ORIGIN_URL and ORIGIN_TIMEOUT_MS.'
const ORIGIN_HINTS: Partial<Readonly<Record<OriginError['kind'], string>>> = {
  unusable:
    'The answer breaks HTTP or exceeds a limit: the error says how; ask the backend directly, with curl -v.',
  overloaded: 'More requests wait for the backend than ORIGIN_MAX_QUEUE: it is too slow for what it is asked.'
}
