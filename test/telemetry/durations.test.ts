import { Registry } from 'prom-client'
import t from 'tap'
import { Durations } from '../../src/telemetry/durations.js'

const setUp = () => {
  const registry = new Registry()
  const durations = new Durations({ name: 'd_seconds', help: 'h', label: 'kind', registry })
  const scrape = async () => (await registry.metrics()).split('\n')
  return { registry, durations, scrape }
}

t.test('a duration counts in its bucket and in all above, in seconds', async (t) => {
  const { durations, scrape } = setUp()
  durations.record('a', 1)
  durations.record('a', 1.5)
  durations.record('a', 301_000)
  const lines = await scrape()
  t.ok(lines.includes('# TYPE d_seconds histogram'))
  t.ok(lines.includes('d_seconds_bucket{le="0.0005",kind="a"} 0'))
  t.ok(lines.includes('d_seconds_bucket{le="0.001",kind="a"} 1'), 'a bound belongs to its bucket')
  t.ok(lines.includes('d_seconds_bucket{le="0.002",kind="a"} 2'))
  t.ok(lines.includes('d_seconds_bucket{le="300",kind="a"} 2'))
  t.ok(lines.includes('d_seconds_bucket{le="+Inf",kind="a"} 3'))
  t.ok(lines.includes('d_seconds_sum{kind="a"} 301.0025'))
  t.ok(lines.includes('d_seconds_count{kind="a"} 3'))
})

t.test('each value of the label is apart, and scraping changes nothing', async (t) => {
  const { durations, scrape } = setUp()
  t.notOk(
    (await scrape()).some((line) => line.startsWith('d_seconds_')),
    'nothing was measured'
  )
  durations.record('a', 1)
  durations.record('b', 1)
  for (const lines of [await scrape(), await scrape()]) {
    t.ok(lines.includes('d_seconds_count{kind="a"} 1'))
    t.ok(lines.includes('d_seconds_count{kind="b"} 1'))
  }
})
