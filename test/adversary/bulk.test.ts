import t, { type Test } from 'tap'
import { needsOwnRedis } from '../support/redis-server.js'
import { type Cost, inCrowd, openBulkStage } from './bulk-stage.js'

/** The aim is 20 ms; the rest is for machines that are three times as slow, and busy. */
const LIMIT_MS = 100

const report = (t: Test, title: string, cost: Cost): void => {
  const { stallMs, redisMs, ready, maxRssMib } = cost
  t.comment(
    `${title}: event loop ${stallMs.toFixed(1)} ms, Redis ${redisMs.toFixed(1)} ms, /ready ${JSON.stringify(ready)}, ${maxRssMib} MiB`
  )
  t.strictSame(Object.keys(ready), ['up'], `${title}: /ready`)
  t.ok(stallMs < LIMIT_MS, `${title}: the event loop turns`)
  t.ok(redisMs < LIMIT_MS, `${title}: Redis answers others`)
}

const names = (count: number, name: (at: number) => string): string[] =>
  Array.from({ length: count }, (_, at) => name(at))

for (const store of ['redis', 'memory'] as const) {
  void t.test(
    `${store}: 1,000 invalidations of 1,000 keys stop nobody, and refuse the fills under way`,
    { skip: store === 'redis' && needsOwnRedis },
    async (t) => {
      const stage = await openBulkStage(t, store)
      const misses = await stage.slowMisses(4, 100)
      const bodies = names(10, (at) =>
        JSON.stringify({ keys: names(1000, (n) => `other:${at}:record:${n}`) })
      )
      const statuses = new Map<number, number>()
      const cost = await stage.during(async () => {
        const startedAt = performance.now()
        await inCrowd(1000, 8, async (at) => {
          const { status } = await stage.control('POST', '/v1/invalidations', bodies[at % bodies.length])
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
        })
        t.comment(`1,000 in ${Math.round(performance.now() - startedAt)} ms`)
        const answers = await misses.answer()
        t.strictSame(
          answers.map(({ status }) => status),
          [200, 200, 200, 200]
        )
      })
      report(t, store, cost)
      t.strictSame([...statuses], [[200, 1000]])
    }
  )

  void t.test(
    `${store}: patterns and fills of 1,990 tags stop nobody`,
    { skip: store === 'redis' && needsOwnRedis },
    async (t) => {
      const stage = await openBulkStage(t, store)
      const few = await stage.slowMisses(4, 1990)
      const compared = await stage.during(async () => {
        await inCrowd(300, 4, (at) =>
          stage.control('POST', '/v1/invalidations', { patterns: names(4, (n) => `*:${at}:*${n}*:x`) })
        )
        await few.answer()
      })
      report(t, `${store}, 4 patterns each`, compared)
      const many = await stage.slowMisses(4, 1990)
      const refused = await stage.during(async () => {
        for (const at of names(40, String)) {
          const patterns = names(1000, (n) => `*other:${at}:*${n}*[a-z]*`)
          await stage.control('POST', '/v1/invalidations', { patterns })
        }
        await many.answer()
      })
      report(t, `${store}, 1,000 patterns each`, refused)
    }
  )

  void t.test(
    `${store}: many large values are stored and read in slices, and too many are refused before they are read`,
    { skip: store === 'redis' && needsOwnRedis },
    async (t) => {
      const stage = await openBulkStage(t, store)
      const value = 'x"é'.repeat(250_000)
      const sets = names(3, (at) =>
        JSON.stringify({ entries: names(12, (n) => `v:${at}:${n}`).map((key) => ({ key, value })) })
      )
      const statuses = new Set<number>()
      const stored = await stage.during(async () => {
        for (const set of sets) {
          const { status } = await stage.control('POST', '/v1/entries/set', set)
          statuses.add(status)
        }
      })
      report(t, `${store}, set`, stored)
      t.strictSame([...statuses], [200])
      const keys = (count: number): string[] => names(count, (at) => `v:${Math.floor(at / 12)}:${at % 12}`)
      const read = await stage.during(async () => {
        const answer = await stage.control('POST', '/v1/entries/get', { keys: keys(12) })
        t.equal(answer.status, 200)
        t.ok(answer.text().startsWith(`{"entries":{"v:0:0":{"value":${JSON.stringify(value)},`))
        t.equal(Object.keys((answer.json() as { entries: object }).entries).length, 12)
      })
      report(t, `${store}, get`, read)
      const before = await stage.sentByRedis()
      const refused = await stage.during(async () => {
        await inCrowd(20, 4, async () => {
          const answer = await stage.control('POST', '/v1/entries/get', { keys: keys(36) })
          t.equal(answer.status, 422)
        })
      })
      report(t, `${store}, get of too much`, refused)
      const sentMib = ((await stage.sentByRedis()) - before) / 1_048_576
      t.ok(sentMib < 1, `nothing is read for those: ${sentMib.toFixed(2)} MiB`)
    }
  )
}
