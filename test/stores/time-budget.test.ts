import t from 'tap'
import { BudgetExceededError, type Clock, withinBudget } from '../../src/stores/time-budget.js'
import { blockFor } from '../support/block.js'
import { connectStore, redisFor } from './redis-fixtures.js'

interface Timer {
  readonly at: number
  readonly run: () => void
}

/** Timers run when the test says so, as late as it says. */
const createManualClock = () => {
  let time = 0
  let timers: Timer[] = []
  const clock: Clock = {
    now: () => time,
    after: (ms, run) => {
      const timer = { at: time + ms, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    }
  }
  return {
    clock,
    pending: () => timers.length,
    /** The loop is blocked until then: what is due runs at that time, and no earlier. */
    blockUntil: (at: number): void => {
      time = at
      const due = timers.filter((timer) => timer.at <= at)
      timers = timers.filter((timer) => timer.at > at)
      for (const timer of due) timer.run()
    }
  }
}

const deferred = () => {
  let resolve: (result: string) => void = () => undefined
  const promise = new Promise<string>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

const never = (): Promise<never> => new Promise(() => undefined)

void t.test('work in time is passed on, and no timer is left', async (t) => {
  const { clock, pending } = createManualClock()
  t.equal(await withinBudget(Promise.resolve(7), 100, clock), 7)
  await t.rejects(withinBudget(Promise.reject(new Error('broken')), 100, clock), { message: 'broken' })
  t.equal(pending(), 0)
})

void t.test('work that does not end in its budget is the fault of the store', async (t) => {
  const { clock, blockUntil, pending } = createManualClock()
  const result = withinBudget(never(), 100, clock)
  blockUntil(99)
  blockUntil(100)
  t.equal(pending(), 1, 'one more turn for an answer that is lying in the socket')
  blockUntil(101)
  await t.rejects(result, { name: 'BudgetExceededError', budgetMs: 100, isOurFault: false })
})

void t.test('an answer that is found right after the budget still counts', async (t) => {
  const { clock, blockUntil, pending } = createManualClock()
  const work = deferred()
  const result = withinBudget(work.promise, 100, clock)
  blockUntil(115)
  work.resolve('read from the socket')
  t.equal(await result, 'read from the socket')
  t.equal(pending(), 0)
})

void t.test('after a blocked loop the work gets the time by which the timer was late', async (t) => {
  const { clock, blockUntil } = createManualClock()
  const work = deferred()
  const result = withinBudget(work.promise, 100, clock)
  blockUntil(160)
  blockUntil(219)
  work.resolve('late')
  t.equal(await result, 'late')
})

void t.test(
  'what is still missing then is our own fault, and waits for one more budget at most',
  async (t) => {
    const { clock, blockUntil } = createManualClock()
    const short = withinBudget(never(), 100, clock)
    blockUntil(160)
    blockUntil(220)
    await t.rejects(short, { name: 'BudgetExceededError', isOurFault: true })
    const long = withinBudget(never(), 100, clock)
    blockUntil(5000)
    blockUntil(5100)
    await t.rejects(long, { name: 'BudgetExceededError', isOurFault: true })
  }
)

void t.test('a busy loop does not fail the reads of a healthy Redis', async (t) => {
  const server = await redisFor(t)
  const { store, told } = await connectStore(t, { url: server.url, commandTimeoutMs: 300 })
  for (const busyMs of [200, 302, 310, 318, 330, 350, 900]) {
    const reads = Array.from({ length: 500 }, () => store.read(['a', 'b']))
    blockFor(busyMs)
    const outcomes = await Promise.allSettled(reads)
    t.equal(outcomes.filter(({ status }) => status === 'rejected').length, 0, `busy for ${busyMs} ms`)
  }
  t.strictSame(told.storeFailed, [])
  t.strictSame(
    told.storeChanged.map(({ state }) => state),
    ['up']
  )
})

void t.test('the error tells the budget', (t) => {
  t.match(new BudgetExceededError(100, false), { message: 'no answer within 100 ms' })
  t.end()
})
