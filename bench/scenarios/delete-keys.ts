import { whileWatching, type Blocking } from '../growth/blocking.js'
import { invalidate, setValues, type Invalidation, type Value } from '../growth/control-door.js'
import { fillKeyspace } from '../growth/keyspace.js'
import { onGrowthStage, type GrowthStage } from '../growth/stage.js'
import { BLOCKING_COLUMNS, BLOCKING_NOTE, blockingCells, blockingTarget } from '../growth/tables.js'
import { interleave } from '../load/interleave.js'
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
      const rounds = await interleave(WAYS, bench.isQuick ? 1 : 5, ({ name, invalidation }) => {
        bench.progress(`delete-keys: ${name}`)
        return measure(stage, invalidation)
      })
      const measured = [...rounds].map(([{ name }, of]) => ({ name, of }))
      return {
        tables: [
          {
            title: `Deleting ${among}`,
            columns: ['', ...BLOCKING_COLUMNS],
            rows: measured.map(({ name, of }) => [name, ...blockingCells(of)]),
            note: `${BLOCKING_NOTE} The other keys are entries of 100 bytes, without tags.`
          }
        ],
        charts: [],
        targets: measured.map(({ name, of }) => blockingTarget(`deleting ${among} ${name}`, of))
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
