import { startSidecar } from '../../support/sidecar-process.js'
import { startRedis } from '../../support/redis-server.js'
import { signIn, signOn } from '../callers.js'
import type { Answered, Backend } from '../start-backend.js'
import { createBrowser } from './browser.js'
import { createLedger } from './ledger.js'
import type { CrowdRecord } from './record.js'
import { isSignedOn, liveSession } from './session.js'
import type { Shape } from './shapes.js'
import { createVisitor, type Visitor } from './visitor.js'

export interface CrowdOptions extends Shape {
  /** Whose workers are replaced while it goes on. */
  readonly backend: Backend
  /** Of the sidecars, beside the addresses. */
  readonly settings?: Readonly<Record<string, string>>
  /** Of the traffic, which is the same for the same seed but for what takes longer or shorter. */
  readonly seed?: number
  /** Everything that a session waits for takes this fraction of its time. */
  readonly haste?: number
  /** The share of pages on which something is edited: by default 0.03, an assumption. */
  readonly edits?: number
}

export interface CrowdReport extends CrowdRecord {
  /** By the backend, meanwhile, for requests through the sidecars. */
  readonly answered: Answered
  /** Worker processes that were replaced. */
  readonly replaced: number
  /** When Redis was killed, in seconds since the crowd began. */
  readonly killedAt: number
}

/** How long Redis is gone. */
const AWAY_MS = 1000
/** When it is killed: a part of the whole time. */
const KILLED_AT = 0.1

/** Two sidecars on one cold Redis in front of the backend; Redis is killed once, and comes back empty. */
export const sendCrowd = async (options: CrowdOptions): Promise<CrowdReport> => {
  const {
    backend,
    sessions,
    seconds,
    everySeconds,
    isCaching,
    seed = 1,
    haste = 1,
    edits = 0.03,
    settings = {}
  } = options
  const redis = await startRedis()
  const environment = { ORIGIN_URL: backend.url, REDIS_URL: redis.url, LOG_LEVEL: 'error', ...settings }
  const sidecars = await Promise.all([startSidecar(environment), startSidecar(environment)])
  const visitors = Array.from({ length: sessions }, (_, number) => createVisitor(number, seed))
  const callers = await Promise.all(
    visitors.map(async (visitor, number) => {
      if (number % 3 === 0) return undefined
      const signInEarlier = isSignedOn({ number, visitor }) ? signOn : signIn
      return signInEarlier(backend.url, `user ${visitor.user} in session ${number}`, visitor.user)
    })
  )
  const before = { ...backend.answered(), workers: workersOf(backend) }
  const startedAt = Date.now()
  const ledger = createLedger(startedAt)

  const live = (visitor: Visitor, number: number): Promise<void> => {
    const caller = callers[number]
    const proxies = sidecars.map(({ proxy }) => proxy)
    const { random } = visitor
    const browser = createBrowser({ backend: backend.url, proxies, isCaching, haste, ledger, random })
    const everyMs = (everySeconds * 1000) / haste
    const until = startedAt + seconds * 1000
    return liveSession({ number, visitor, caller, browser, ledger, everyMs, haste, edits, until })
  }
  const crowd = Promise.all(visitors.map(live))
  await new Promise((wake) => setTimeout(wake, seconds * 1000 * KILLED_AT))
  const killedAt = (Date.now() - startedAt) / 1000
  await redis.kill()
  await new Promise((wake) => setTimeout(wake, AWAY_MS))
  await redis.restart()
  await crowd

  await Promise.all(sidecars.map((sidecar) => sidecar.stop()))
  await redis.stop()
  const { requests, notModified, queries } = backend.answered()
  return {
    ...ledger.record(),
    answered: {
      requests: requests - before.requests,
      notModified: notModified - before.notModified,
      queries: queries - before.queries
    },
    replaced: workersOf(backend) - before.workers,
    killedAt
  }
}

const workersOf = (backend: Backend): number => backend.said().split('Booting worker').length - 1
