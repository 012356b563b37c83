import t from 'tap'
import { createSingleFlight } from '../../src/concurrency/single-flight.js'
import { CancelSource, type CancelSignal, CancelledError, NEVER } from '../../src/concurrency/cancellation.js'
import { settle } from '../cache/fixtures.js'

/** A flight that lands when told. */
const setUp = () => {
  const singleFlight = createSingleFlight<string>()
  let land: (text: string) => void = () => undefined
  let crash: (error: Error) => void = () => undefined
  let readers: CancelSignal = NEVER
  const work = (given: CancelSignal): Promise<string> => {
    readers = given
    return new Promise((resolve, reject) => {
      land = resolve
      crash = reject
    })
  }
  const start = () => singleFlight.start('key', 'position', work)
  return {
    singleFlight,
    start,
    land: (text: string) => land(text),
    crash: (e: Error) => crash(e),
    isGivenUp: () => readers.isCancelled
  }
}

t.test('everybody who waits is given what the one request brought', async (t) => {
  const { start, singleFlight, land } = setUp()
  const flight = start()
  t.equal(singleFlight.find('key'), flight)
  t.equal(singleFlight.find('other'), undefined)
  const readers = [flight.wait(NEVER), flight.wait(NEVER)]
  land('answer')
  t.same(await Promise.all(readers), ['answer', 'answer'])
})

t.test('a flight that has result is found no more, also one that failed', async (t) => {
  const { start, singleFlight, land, crash } = setUp()
  start()
  land('answer')
  await settle()
  t.equal(singleFlight.find('key'), undefined)
  const second = start()
  const reader = second.wait(NEVER)
  crash(new Error('down'))
  await t.rejects(reader, { message: 'down' })
  t.equal(singleFlight.find('key'), undefined)
})

t.test('an old flight that lands does not hide the one after it', async (t) => {
  const singleFlight = createSingleFlight<string>()
  const fetches: ((text: string) => void)[] = []
  const work = () => new Promise<string>((resolve) => fetches.push(resolve))
  singleFlight.start('key', undefined, work)
  const second = singleFlight.start('key', undefined, work)
  fetches[0]?.('first')
  await settle()
  t.equal(singleFlight.find('key'), second)
})

t.test('a reader who leaves is let go; the flight goes on for the others', async (t) => {
  const { start, land, isGivenUp } = setUp()
  const flight = start()
  const leaver = new CancelSource()
  const left = flight.wait(leaver)
  const stayed = flight.wait(NEVER)
  leaver.leave()
  await t.rejects(left, CancelledError)
  t.equal(isGivenUp(), false)
  land('answer')
  t.equal(await stayed, 'answer')
})

t.test('a flight is given up with its last reader, and not before', async (t) => {
  const { start, isGivenUp } = setUp()
  const flight = start()
  const leavers = [new CancelSource(), new CancelSource()]
  const readers = leavers.map((leaver) => flight.wait(leaver))
  leavers[0]?.leave()
  t.equal(isGivenUp(), false)
  leavers[1]?.leave()
  t.equal(isGivenUp(), true)
  for (const reader of readers) await t.rejects(reader, CancelledError)
})

t.test('whoever has left already does not board', async (t) => {
  const { start, isGivenUp } = setUp()
  const leaver = new CancelSource()
  leaver.leave()
  await t.rejects(start().wait(leaver), CancelledError)
  t.equal(isGivenUp(), true, 'nobody is left')
})

t.test('a flight that nobody waits for is not given up, and fails silently', async (t) => {
  const { start, crash, isGivenUp } = setUp()
  const { result } = start()
  t.equal(isGivenUp(), false)
  crash(new Error('down'))
  await t.rejects(result)
})

t.test('who leaves after the landing takes nothing from the others', async (t) => {
  const { start, land, isGivenUp } = setUp()
  const flight = start()
  const leaver = new CancelSource()
  const reader = flight.wait(leaver)
  land('answer')
  t.equal(await reader, 'answer')
  await settle()
  leaver.leave()
  t.equal(isGivenUp(), false)
})

t.test('a flight knows who had arrived when it departed', async (t) => {
  const { start, singleFlight } = setUp()
  const before = singleFlight.arrive()
  const flight = start()
  const after = singleFlight.arrive()
  t.ok(before <= flight.startedAfter)
  t.ok(after > flight.startedAfter)
  t.equal(flight.position, 'position')
})
