import { whileWatching, type Blocking } from '../growth/blocking.js'
import { invalidate, setValues, type Invalidation, type Value } from '../growth/control-door.js'
import { fillKeyspace } from '../growth/keyspace.js'
import { repeat } from '../growth/rounds.js'
import { onGrowthStage, type GrowthStage } from '../growth/stage.js'
import { BLOCKING_COLUMNS, BLOCKING_NOTE, blockingCells, blockingTarget } from '../growth/tables.js'
import type { Scenario } from '../scenario.js'

const DOOMED: readonly Value[] = Array.from({ length: 1000 }, (_, at) => ({
  key: `doomed:${at}`,
  value: 'x'.repeat(100),
  ttl: 3600,
  tags: ['doomed-tag']
}))

const WAYS: readonly { readonly name: string; readonly invalidation: Invalidation }[] = [
  { name: 'by tag', invalidation: { tags: ['doomed-tag'] } },
  { name: 'by pattern', invalidation: { patterns: ['doomed:*'] } },
  { name: 'by name', invalidation: { keys: DOOMED.map(({ key }) => key) } }
]

export const deleteKeys: Scenario = {
  name: 'delete-keys',
  title: 'Deleting 1,000 keys of many',
  run: async (bench) => {
    const size = bench.isQuick ? 100_000 : 1_000_000
    const among = `1,000 keys of ${size.toLocaleString('en-US')}`
    return onGrowthStage(bench, async (stage) => {
      bench.progress(`delete-keys: filling Redis with ${size} entries`)
      await fillKeyspace(stage.redis.client(), { from: 0, to: size - DOOMED.length })
      const measured = []
      for (const { name, invalidation } of WAYS) {
        const rounds = await repeat(bench.isQuick ? 1 : 5, () => measure(stage, invalidation))
        bench.progress(`delete-keys: ${name}`)
        measured.push({ name, rounds })
      }
      return {
        tables: [
          {
            title: `Deleting ${among}`,
            columns: ['', ...BLOCKING_COLUMNS],
            rows: measured.map(({ name, rounds }) => [name, ...blockingCells(rounds)]),
            note: BLOCKING_NOTE
          }
        ],
        charts: [],
        targets: measured.map(({ name, rounds }) => blockingTarget(`deleting ${among} ${name}`, rounds))
      }
    })
  }
}

const measure = async (
  { redis, sidecar: { controlUrl } }: GrowthStage,
  invalidation: Invalidation
): Promise<Blocking> => {
  await setValues(controlUrl, DOOMED)
  return whileWatching(redis, async () => {
    const removed = await invalidate(controlUrl, invalidation)
    if (removed !== DOOMED.length) throw new Error(`${removed} of ${DOOMED.length} were removed.`)
  })
}
