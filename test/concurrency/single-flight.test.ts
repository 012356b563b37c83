import t from 'tap'
import { createFlights } from '../../src/concurrency/single-flight.js'
import { Leaver, type Leaving, LeftError, STAYING } from '../../src/concurrency/cancellation.js'
import { settle } from '../cache/fixtures.js'

/** A flight that lands when told. */
const setUp = () => {
  const flights = createFlights<string>()
  let land: (text: string) => void = () => undefined
  let crash: (error: Error) => void = () => undefined
  let readers: Leaving = STAYING
  const work = (given: Leaving): Promise<string> => {
    readers = given
    return new Promise((resolve, reject) => {
      land = resolve
      crash = reject
    })
  }
  const depart = () => flights.depart('key', 'position', work)
  return {
    flights,
    depart,
    land: (text: string) => land(text),
    crash: (e: Error) => crash(e),
    isGivenUp: () => readers.hasLeft
  }
}

t.test('everybody who waits is given what the one request brought', async (t) => {
  const { depart, flights, land } = setUp()
  const flight = depart()
  t.equal(flights.find('key'), flight)
  t.equal(flights.find('other'), undefined)
  const readers = [flight.wait(STAYING), flight.wait(STAYING)]
  land('answer')
  t.same(await Promise.all(readers), ['answer', 'answer'])
})

t.test('a flight that has landed is found no more, also one that failed', async (t) => {
  const { depart, flights, land, crash } = setUp()
  depart()
  land('answer')
  await settle()
  t.equal(flights.find('key'), undefined)
  const second = depart()
  const reader = second.wait(STAYING)
  crash(new Error('down'))
  await t.rejects(reader, { message: 'down' })
  t.equal(flights.find('key'), undefined)
})

t.test('an old flight that lands does not hide the one after it', async (t) => {
  const flights = createFlights<string>()
  const landings: ((text: string) => void)[] = []
  const work = () => new Promise<string>((resolve) => landings.push(resolve))
  flights.depart('key', undefined, work)
  const second = flights.depart('key', undefined, work)
  landings[0]?.('first')
  await settle()
  t.equal(flights.find('key'), second)
})

t.test('a reader who leaves is let go; the flight goes on for the others', async (t) => {
  const { depart, land, isGivenUp } = setUp()
  const flight = depart()
  const leaver = new Leaver()
  const left = flight.wait(leaver)
  const stayed = flight.wait(STAYING)
  leaver.leave()
  await t.rejects(left, LeftError)
  t.equal(isGivenUp(), false)
  land('answer')
  t.equal(await stayed, 'answer')
})

t.test('a flight is given up with its last reader, and not before', async (t) => {
  const { depart, isGivenUp } = setUp()
  const flight = depart()
  const leavers = [new Leaver(), new Leaver()]
  const readers = leavers.map((leaver) => flight.wait(leaver))
  leavers[0]?.leave()
  t.equal(isGivenUp(), false)
  leavers[1]?.leave()
  t.equal(isGivenUp(), true)
  for (const reader of readers) await t.rejects(reader, LeftError)
})

t.test('whoever has left already does not board', async (t) => {
  const { depart, isGivenUp } = setUp()
  const leaver = new Leaver()
  leaver.leave()
  await t.rejects(depart().wait(leaver), LeftError)
  t.equal(isGivenUp(), true, 'nobody is left')
})

t.test('a flight that nobody waits for is not given up, and fails silently', async (t) => {
  const { depart, crash, isGivenUp } = setUp()
  const { landed } = depart()
  t.equal(isGivenUp(), false)
  crash(new Error('down'))
  await t.rejects(landed)
})

t.test('who leaves after the landing takes nothing from the others', async (t) => {
  const { depart, land, isGivenUp } = setUp()
  const flight = depart()
  const leaver = new Leaver()
  const reader = flight.wait(leaver)
  land('answer')
  t.equal(await reader, 'answer')
  await settle()
  leaver.leave()
  t.equal(isGivenUp(), false)
})

t.test('a flight knows who had arrived when it departed', async (t) => {
  const { depart, flights } = setUp()
  const before = flights.arrive()
  const flight = depart()
  const after = flights.arrive()
  t.ok(before <= flight.departure)
  t.ok(after > flight.departure)
  t.equal(flight.position, 'position')
})
