import { invalidationOf } from '../../src/cache/invalidation.js'
import t from 'tap'
import { OriginError, StoreUnavailableError } from '../../src/cache/errors.js'
import { createLogObserver } from '../../src/telemetry/log-observer.js'
import { createLogger } from '../../src/telemetry/logger.js'
import { observeAll } from '../../src/telemetry/observe.js'
import { createClock } from '../support/clock.js'
import { collectLines } from '../support/log-lines.js'

const NAMED = invalidationOf({ tags: ['a'] })

const createObserver = (level: string) => {
  const clock = createClock()
  const { destination, lines } = collectLines()
  const log = createLogger({ level, destination })
  const observer = observeAll([createLogObserver({ log, now: clock.now })])
  return { clock, lines, observer }
}

const hit = {
  resource: 'r',
  key: 'user:5:profile',
  outcome: 'hit',
  status: 200,
  durationMs: 1,
  requestId: 'request-1',
  traceparent: undefined,
  route: undefined
} as const

t.test('hits, misses and invalidations are told at debug', async (t) => {
  const { lines, observer } = createObserver('debug')
  observer.answered(hit)
  observer.answered({ ...hit, outcome: 'miss' })
  observer.invalidated({ named: NAMED, source: 'control', kinds: ['tag'], outcome: 'done', removed: 3 })
  observer.unstored({ resource: 'r', key: 'user:5:profile', reason: 'invalidated' })
  t.match(lines, [
    {
      level: 'debug',
      msg: 'Hit',
      resource: 'r',
      key: 'user:5:profile',
      durationMs: 1,
      requestId: 'request-1'
    },
    { level: 'debug', msg: 'Miss' },
    { level: 'debug', msg: 'Invalidated', kinds: ['tag'], removed: 3 },
    { level: 'debug', reason: 'invalidated' }
  ])
})

t.test('a body that could not be compressed is a warning with a hint, other outcomes are none', async (t) => {
  const { lines, observer } = createObserver('info')
  observer.compressed({ resource: 'r', coding: 'br', outcome: 'larger' })
  observer.compressed({ resource: 'r', coding: 'br', outcome: 'failed', error: new Error('no memory') })
  t.match(lines, [{ level: 'warn', coding: 'br', err: { message: 'no memory' }, hint: /COMPRESSION=off/ }])
  t.equal(lines.length, 1)
})

t.test('at info they are silent', async (t) => {
  const { lines, observer } = createObserver('info')
  observer.answered(hit)
  observer.invalidated({ named: NAMED, source: 'control', kinds: ['tag'], outcome: 'done', removed: 3 })
  observer.originAsked({ resource: 'r', status: 503, durationMs: 1 })
  t.strictSame(lines, [])
})

t.test('each transition of the store is one warning with a hint, the first start is none', async (t) => {
  const { lines, observer } = createObserver('info')
  observer.storeChanged({ state: 'up', reason: 'connected' })
  observer.storeChanged({ state: 'down', kind: 'unreachable', reason: 'connect ECONNREFUSED' })
  observer.storeChanged({ state: 'up', reason: 'connected' })
  t.match(lines, [
    { level: 'info', reason: 'connected' },
    { level: 'warn', reason: 'connect ECONNREFUSED', hint: /REDIS_URL/ },
    { level: 'warn', reason: 'connected', hint: /./ }
  ])
})

t.test('a store that stays down for another reason is one warning more, with its hint', async (t) => {
  const { clock, lines, observer } = createObserver('info')
  observer.storeChanged({ state: 'down', kind: 'closed', reason: 'the connection was closed' })
  for (let second = 0; second < 30; second++) {
    observer.storeStaysDown({ kind: 'maxclients', reason: 'ERR max number of clients reached' })
    observer.storeStaysDown({ kind: 'closed', reason: 'read ECONNRESET' })
    clock.advance(1000)
  }
  t.match(lines, [
    { level: 'warn', reason: 'the connection was closed' },
    { level: 'warn', reason: 'ERR max number of clients reached', hint: /raise maxclients/ }
  ])
  t.equal(lines.length, 2)
})

t.test(
  '500 failed operations a second make one line per ten seconds, with the number left out',
  async (t) => {
    const { clock, lines, observer } = createObserver('warn')
    for (let second = 0; second < 30; second++) {
      for (let i = 0; i < 500; i++) {
        observer.storeFailed({
          operation: 'read',
          kind: 'timeout',
          error: new StoreUnavailableError('Redis did not answer in time.')
        })
      }
      clock.advance(1000)
    }
    t.strictSame(
      lines.map(({ level, operation, suppressed }) => ({ level, operation, suppressed })),
      [
        { level: 'warn', operation: 'read', suppressed: 0 },
        { level: 'warn', operation: 'read', suppressed: 4999 },
        { level: 'warn', operation: 'read', suppressed: 4999 }
      ]
    )
  }
)

t.test('errors of another operation or cause are told at once', async (t) => {
  const { lines, observer } = createObserver('warn')
  const full = new StoreUnavailableError('The command failed.', {
    cause: new Error('OOM command not allowed')
  })
  observer.storeFailed({ operation: 'read', kind: 'timeout', error: new Error('Command timed out') })
  observer.storeFailed({ operation: 'commit', kind: 'timeout', error: new Error('Command timed out') })
  observer.storeFailed({ operation: 'commit', kind: 'full', error: full })
  observer.storeFailed({ operation: 'commit', kind: 'full', error: full })
  t.match(lines, [
    { operation: 'read', hint: /SLOWLOG/ },
    { operation: 'commit', hint: /SLOWLOG/ },
    { operation: 'commit', hint: /maxmemory/, err: { cause: { message: /OOM/ } } }
  ])
  t.equal(lines.length, 3)
})

t.test(
  'invalidations that wait and an origin without an answer are aggregated warnings with a hint',
  async (t) => {
    const { lines, observer } = createObserver('warn')
    for (let i = 0; i < 3; i++) {
      observer.invalidated({ named: NAMED, source: 'proxy', kinds: ['tag'], outcome: 'pending', removed: 0 })
      observer.originFailed({ resource: 'r', durationMs: 1, error: new OriginError('unreachable') })
    }
    t.match(lines, [
      { level: 'warn', source: 'proxy', hint: /Redis/ },
      { level: 'warn', resource: 'r', hint: /ORIGIN_URL/ }
    ])
    t.equal(lines.length, 2)
  }
)

t.test('a new epoch is told at info with its reason, and what may be done about it', async (t) => {
  const { lines, observer } = createObserver('info')
  const reasons = ['another-server', 'evictions', 'everything-invalidated'] as const
  for (const reason of reasons) observer.epochBegan({ reason })
  t.match(lines, [
    { level: 'info', reason: 'another server', hint: /restarts/ },
    { level: 'info', hint: /volatile-lru/ },
    { level: 'info', hint: /Somebody/ }
  ])
})

t.test('what Redis does not tell of itself is one warning, with what follows from it', async (t) => {
  const { lines, observer } = createObserver('info')
  observer.storeLacks({ capabilities: ['identity', 'evictions'], reason: 'INFO: NOPERM' })
  observer.storeLacks({ capabilities: ['evictions'], reason: undefined })
  t.match(lines, [
    {
      level: 'warn',
      msg: 'Redis does not tell all of itself',
      reason: 'INFO: NOPERM',
      hint: /records that a server lacks.*volatile-\*/
    },
    { level: 'warn', hint: /^Evictions cannot be counted/ }
  ])
})

t.test('a token that is not renewed is warned of once, and told when it is renewed again', async (t) => {
  const { lines, observer } = createObserver('info')
  observer.tokenRenewed({ expiresAt: 0 })
  t.strictSame(lines, [], 'every hour it is no news')
  for (const failures of [1, 2, 3]) observer.tokenNotRenewed({ reason: 'AADSTS70021', failures })
  observer.tokenRenewed({ expiresAt: Date.UTC(2026, 0, 1) })
  observer.tokenRenewed({ expiresAt: Date.UTC(2026, 0, 2) })
  t.match(lines, [
    { level: 'warn', msg: /was not renewed/, reason: 'AADSTS70021', hint: /token endpoint/ },
    { level: 'warn', msg: /is renewed again/, expires: '2026-01-01T00:00:00.000Z', hint: /Nothing to do/ }
  ])
  t.equal(lines.length, 2)
})
