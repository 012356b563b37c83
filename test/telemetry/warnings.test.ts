import t from 'tap'
import type { StoreFaultKind } from '../../src/cache/errors.js'
import { createReasons } from '../../src/telemetry/warnings.js'
import { createClock } from '../support/clock.js'

const QUIET_MS = 10_000

const start = () => {
  const clock = createClock()
  const reasons = createReasons(clock.now)
  /** The kinds that are told of those seen in turn, a second apart. */
  const told = (...kinds: StoreFaultKind[]): StoreFaultKind[] =>
    kinds.filter((kind) => {
      clock.advance(1000)
      return reasons.isNews(kind)
    })
  return { clock, reasons, told }
}

t.test('each reason is told once while the store is down, and the first was told already', async (t) => {
  const { reasons, told } = start()
  reasons.wentDown('closed')
  t.strictSame(told('closed', 'unreachable', 'unreachable', 'credentials'), ['unreachable', 'credentials'])
})

t.test('a store that goes down again and again makes one line per reason and ten seconds', async (t) => {
  const { reasons, told } = start()
  const lines: string[] = []
  for (let outage = 0; outage < 10; outage++) {
    reasons.wentDown('closed')
    lines.push(...told('unreachable', 'unreachable'))
  }
  t.equal(lines.length, 2, 'in twenty seconds')
})

t.test('reasons that alternate are told once in ten seconds each', async (t) => {
  const { reasons, told } = start()
  reasons.wentDown('loading')
  const kinds = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? 'maxclients' : 'credentials'))
  t.strictSame(told(...kinds), ['maxclients', 'credentials', 'maxclients', 'credentials'])
})

t.test(
  'a reason that has come back to stay is told in the end: the last one told is the present one',
  async (t) => {
    const { clock, reasons, told } = start()
    reasons.wentDown('unreachable')
    t.strictSame(told('maxclients', 'unreachable'), ['maxclients'])
    clock.advance(QUIET_MS)
    t.strictSame(told('unreachable', 'unreachable'), ['unreachable'])
  }
)

t.test(
  'a closed connection follows from the reason that was seen, unless it goes on without it',
  async (t) => {
    const { clock, reasons, told } = start()
    reasons.wentDown('maxclients')
    t.strictSame(told('closed', 'maxclients', 'closed', 'closed'), [])
    clock.advance(10_000)
    t.strictSame(told('closed'), ['closed'])
  }
)
