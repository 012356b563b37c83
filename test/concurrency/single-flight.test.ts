import t from 'tap'
import { SingleFlight } from '../../src/concurrency/single-flight.js'
import { CancelSource, type CancelSignal, CancelledError, NEVER } from '../../src/concurrency/cancellation.js'
import { settle } from '../cache/fixtures.js'

/** A run that ends when told. */
const setUp = () => {
  const singleFlight = new SingleFlight<string, string>()
  let end: (text: string) => void = () => undefined
  let fail: (error: Error) => void = () => undefined
  let given: CancelSignal = NEVER
  const work = (cancel: CancelSignal): Promise<string> => {
    given = cancel
    return new Promise((resolve, reject) => {
      end = resolve
      fail = reject
    })
  }
  const start = () => singleFlight.start('key', 'about', work)
  return {
    singleFlight,
    start,
    end: (text: string) => end(text),
    fail: (e: Error) => fail(e),
    isCancelled: () => given.isCancelled
  }
}

t.test('everybody who waits is given what the one request brought', async (t) => {
  const { start, singleFlight, end } = setUp()
  const run = start()
  t.equal(singleFlight.find('key'), run)
  t.equal(singleFlight.find('other'), undefined)
  const waiters = [run.wait(NEVER), run.wait(NEVER)]
  end('answer')
  t.same(await Promise.all(waiters), ['answer', 'answer'])
})

t.test('a run that has ended is found no more, also one that failed', async (t) => {
  const { start, singleFlight, end, fail } = setUp()
  start()
  end('answer')
  await settle()
  t.equal(singleFlight.find('key'), undefined)
  const second = start()
  const waiter = second.wait(NEVER)
  fail(new Error('down'))
  await t.rejects(waiter, { message: 'down' })
  t.equal(singleFlight.find('key'), undefined)
})

t.test('an old run that ends does not hide the one after it', async (t) => {
  const singleFlight = new SingleFlight<string, string>()
  const fetches: ((text: string) => void)[] = []
  const work = () => new Promise<string>((resolve) => fetches.push(resolve))
  singleFlight.start('key', 'about', work)
  const second = singleFlight.start('key', 'about', work)
  fetches[0]?.('first')
  await settle()
  t.equal(singleFlight.find('key'), second)
})

t.test('a waiter who is cancelled is let go; the run goes on for the others', async (t) => {
  const { start, end, isCancelled } = setUp()
  const run = start()
  const source = new CancelSource()
  const left = run.wait(source)
  const stayed = run.wait(NEVER)
  source.cancel()
  await t.rejects(left, CancelledError)
  t.equal(isCancelled(), false)
  end('answer')
  t.equal(await stayed, 'answer')
})

t.test('a run is cancelled with its last waiter, and not before', async (t) => {
  const { start, isCancelled } = setUp()
  const run = start()
  const sources = [new CancelSource(), new CancelSource()]
  const waiters = sources.map((source) => run.wait(source))
  sources[0]?.cancel()
  t.equal(isCancelled(), false)
  sources[1]?.cancel()
  t.equal(isCancelled(), true)
  for (const waiter of waiters) await t.rejects(waiter, CancelledError)
})

t.test('whoever is cancelled already does not wait', async (t) => {
  const { start, isCancelled } = setUp()
  const source = new CancelSource()
  source.cancel()
  await t.rejects(start().wait(source), CancelledError)
  t.equal(isCancelled(), true, 'nobody is left')
})

t.test('a run that nobody waits for is not cancelled, and fails silently', async (t) => {
  const { start, fail, isCancelled } = setUp()
  const { result } = start()
  t.equal(isCancelled(), false)
  fail(new Error('down'))
  await t.rejects(result)
})

t.test('who is cancelled after the end takes nothing from the others', async (t) => {
  const { start, end, isCancelled } = setUp()
  const run = start()
  const source = new CancelSource()
  const waiter = run.wait(source)
  end('answer')
  t.equal(await waiter, 'answer')
  await settle()
  source.cancel()
  t.equal(isCancelled(), false)
})

t.test('a run tells what was said of it at its start', async (t) => {
  t.equal(setUp().start().about, 'about')
})
