import { whileWatching, type Blocking } from '../growth/blocking.js'
import { invalidate, setValues } from '../growth/control-door.js'
import { fillKeyspace } from '../growth/keyspace.js'
import { repeat } from '../growth/rounds.js'
import { onGrowthStage, type GrowthStage } from '../growth/stage.js'
import { BLOCKING_COLUMNS, BLOCKING_NOTE, blockingCells, blockingTarget } from '../growth/tables.js'
import type { Bench, Scenario } from '../scenario.js'

interface Row {
  readonly keys: number
  readonly matching: number
  readonly rounds: readonly Blocking[]
}

export const growthPattern: Scenario = {
  name: 'growth-pattern',
  title: 'A pattern over more and more keys',
  run: async (bench) => {
    const rows = await onGrowthStage(bench, (stage) => measure(bench, stage))
    return {
      tables: [
        {
          title: 'Invalidating a pattern',
          columns: ['keys', 'of which match', ...BLOCKING_COLUMNS],
          rows: rows.map(({ keys, matching, rounds }) => [keys, matching, ...blockingCells(rounds)]),
          note: BLOCKING_NOTE
        }
      ],
      charts: [],
      targets: rows
        .slice(-2)
        .map(({ keys, matching, rounds }) =>
          blockingTarget(`a pattern over ${keys} keys of which ${matching} match`, rounds)
        )
    }
  }
}

const measure = async (bench: Bench, stage: GrowthStage): Promise<readonly Row[]> => {
  const sizes = bench.isQuick ? [1000, 100_000] : [1000, 10_000, 100_000, 1_000_000]
  const redis = stage.redis.client()
  const rows: Row[] = []
  let filled = 0
  for (const keys of sizes) {
    await fillKeyspace(redis, { from: filled, to: keys })
    filled = keys
    const rounds = await repeat(bench.isQuick ? 1 : 5, () => removeTen(stage))
    bench.progress(`growth-pattern: over ${keys} keys`)
    rows.push({ keys, matching: 10, rounds })
  }
  const rounds = await repeat(bench.isQuick ? 1 : 3, async () => {
    await fillKeyspace(redis, { from: 0, to: filled })
    return whileWatching(stage.redis, () => remove(stage, 'user:*', filled))
  })
  bench.progress(`growth-pattern: all ${filled} keys`)
  return [...rows, { keys: filled, matching: filled, rounds }]
}

const removeTen = async (stage: GrowthStage): Promise<Blocking> => {
  const values = Array.from({ length: 10 }, (_, at) => ({
    key: `rare:${at}`,
    value: 'x',
    ttl: 3600,
    tags: []
  }))
  await setValues(stage.sidecar.controlUrl, values)
  return whileWatching(stage.redis, () => remove(stage, 'rare:*', values.length))
}

const remove = async ({ sidecar }: GrowthStage, pattern: string, expected: number): Promise<void> => {
  const removed = await invalidate(sidecar.controlUrl, { patterns: [pattern] })
  if (removed !== expected) throw new Error(`${removed} of ${expected} were removed.`)
}
