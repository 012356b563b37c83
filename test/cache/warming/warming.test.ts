import t from 'tap'
import { type Answer, failure } from '../../../src/cache/answer.js'
import { OriginError } from '../../../src/cache/errors.js'
import { CancelledError } from '../../../src/concurrency/cancellation.js'
import type { ReadRequest } from '../../../src/cache/read/lookup.js'
import {
  createWarming,
  type WarmingOptions,
  type WarmingProgress
} from '../../../src/cache/warming/warming.js'
import { createClock } from '../../support/clock.js'
import { TABLE } from '../fixtures.js'
import { entryAnswer } from './warm-fixtures.js'

const unreachable = failure(new OriginError('unreachable'), 'spms; fwd=uri-miss')

/** Pauses pass at once on a clock of their own; the time limit is over when the pauses add up to it. */
const stage = (read: (request: ReadRequest) => Promise<Answer>, named: Partial<WarmingOptions> = {}) => {
  const clock = createClock()
  const failed: string[] = []
  const started: object[] = []
  const ended: WarmingProgress[] = []
  const timeoutMs = 3000
  let expire = (): void => undefined
  let passed = 0
  const warming = createWarming({
    read,
    table: TABLE,
    targets: ['/open/1', '/open/2'],
    headers: ['Host', 'spms'],
    isEnabled: true,
    timeoutMs,
    now: clock.now,
    delay: (ms, run) =>
      new Promise((resolve) => {
        run.onCancel(resolve)
        if (ms === timeoutMs) {
          expire = resolve
          return
        }
        clock.advance(ms)
        passed += ms
        if (passed >= timeoutMs) expire()
        else resolve()
      }),
    watcher: {
      started: (event) => started.push(event),
      failed: ({ target }) => failed.push(target),
      ended: (progress) => ended.push(progress)
    },
    ...named
  })
  return { warming, failed, started, ended, expire: () => expire() }
}

/** An origin and a store in one: the first read of a target is a miss, later ones are hits. */
const storing = () => {
  const seen: ReadRequest[] = []
  const read = async (request: ReadRequest): Promise<Answer> => {
    const isStored = seen.some(({ target }) => target === request.target)
    seen.push(request)
    return entryAnswer(isStored ? 'hit' : 'miss')
  }
  return { read, seen }
}

t.test('every target is read with the given headers and stored', async (t) => {
  const { read, seen } = storing()
  const { warming, ended, started } = stage(read)
  t.equal(warming.progress().state, 'idle')
  await warming.run()
  const counts = { total: 2, done: 2, stored: 2, fresh: 0, failed: 0, skipped: 0 }
  t.strictSame(warming.progress(), { state: 'finished', ...counts, durationMs: 0 })
  t.strictSame(started, [{ total: 2, skipped: {} }])
  t.strictSame(ended, [warming.progress()])
  t.match(seen[0], { method: 'GET', target: '/open/1', headers: ['Host', 'spms'] })
})

t.test('what is fresh is not fetched again', async (t) => {
  const { read, seen } = storing()
  const { warming } = stage(read)
  await warming.run()
  await warming.run()
  t.match(warming.progress(), { state: 'finished', done: 2, stored: 0, fresh: 2 })
  t.equal(seen.length, 6)
})

t.test('an origin that is starting is asked again until it answers', async (t) => {
  const { read } = storing()
  let refusals = 5
  const { warming, failed } = stage(async (request) => (refusals-- > 0 ? unreachable : read(request)))
  await warming.run()
  t.match(warming.progress(), { state: 'finished', stored: 2, failed: 0 })
  t.equal(failed.length, 5)
  t.ok(warming.progress().durationMs > 0)
})

t.test('an origin that stays away ends it at the time limit', async (t) => {
  const { warming, ended } = stage(async () => unreachable)
  await warming.run()
  t.match(ended, [{ state: 'timed-out', done: 2, failed: 2, durationMs: 3000 }])
})

t.test('an origin that hangs ends it at the time limit', async (t) => {
  const { warming, expire } = stage(left)
  const running = warming.run()
  t.match(warming.progress(), { state: 'running', done: 0 })
  expire()
  await running
  t.match(warming.progress(), { state: 'timed-out', failed: 2 })
})

t.test('a store that takes nothing is not waited for', async (t) => {
  const { warming, failed } = stage(async () => entryAnswer('miss'))
  await warming.run()
  t.match(warming.progress(), { state: 'finished', failed: 2 })
  t.equal(failed.length, 8)
})

t.test('four reads at a time, and one run at a time', async (t) => {
  let underWay = 0
  let most = 0
  const { read } = storing()
  const targets = Array.from({ length: 20 }, (_, at) => `/open/${at + 1}`)
  const { warming, ended } = stage(
    async (request) => {
      most = Math.max(most, ++underWay)
      await new Promise((wake) => setImmediate(wake))
      underWay--
      return read(request)
    },
    { targets }
  )
  await Promise.all([warming.run(), warming.run()])
  t.equal(most, 4)
  t.equal(ended.length, 1)
  t.match(ended, [{ stored: 20 }])
})

t.test('what is skipped is told, and not read', async (t) => {
  const { read, seen } = storing()
  const { warming, started } = stage(read, { targets: ['/guarded/1', '/open/1'] })
  await warming.run()
  t.strictSame(started, [{ total: 2, skipped: { '/guarded/1': 'no-identity' } }])
  t.match(warming.progress(), { state: 'finished', done: 2, stored: 1, skipped: 1 })
  t.notOk(seen.some(({ target }) => target === '/guarded/1'))
})

t.test('stopping ends the run, and there is no other', async (t) => {
  const { warming, ended } = stage(left)
  const running = warming.run()
  await warming.stop()
  await running
  t.match(ended, [{ state: 'stopped', failed: 2 }])
  await warming.run()
  t.equal(ended.length, 1)
})

/** Rejects when the caller leaves, and answers nothing before. */
const left = (request: ReadRequest): Promise<Answer> =>
  new Promise((_, reject) => request.cancel.onCancel(() => reject(new CancelledError())))
