import { whileWatching, type Blocking } from '../growth/blocking.js'
import { invalidate, setValues, type Value } from '../growth/control-door.js'
import { repeat } from '../growth/rounds.js'
import { onGrowthStage, type GrowthStage } from '../growth/stage.js'
import { BLOCKING_COLUMNS, BLOCKING_NOTE, blockingCells, blockingTarget } from '../growth/tables.js'
import type { Scenario } from '../scenario.js'

const TAG = 'growing'

export const growthTag: Scenario = {
  name: 'growth-tag',
  title: 'A tag with more and more members',
  run: async (bench) => {
    const sizes = bench.isQuick ? [10, 1000, 10_000] : [10, 100, 1000, 10_000, 100_000]
    const measured: { readonly size: number; readonly rounds: readonly Round[] }[] = []
    await onGrowthStage(bench, async (stage) => {
      for (const size of sizes) {
        const rounds = await repeat(bench.isQuick ? 1 : 5, () => measure(stage, size))
        bench.progress(`growth-tag: ${size} members`)
        measured.push({ size, rounds })
      }
    })
    const tableOf = (title: string, part: keyof Round) => ({
      title,
      columns: ['members', ...BLOCKING_COLUMNS],
      rows: measured.map(({ size, rounds }) => [size, ...blockingCells(rounds.map((round) => round[part]))]),
      note: BLOCKING_NOTE
    })
    return {
      tables: [
        tableOf('Storing values with one tag, 1,000 to a request', 'stored'),
        tableOf('Invalidating the tag', 'invalidated')
      ],
      charts: [],
      targets: measured.slice(-1).flatMap(({ size, rounds }) => [
        blockingTarget(
          `storing ${size} members of a tag`,
          rounds.map(({ stored }) => stored)
        ),
        blockingTarget(
          `invalidating a tag of ${size} members`,
          rounds.map(({ invalidated }) => invalidated)
        )
      ])
    }
  }
}

interface Round {
  readonly stored: Blocking
  readonly invalidated: Blocking
}

const measure = async ({ redis, sidecar: { controlUrl } }: GrowthStage, size: number): Promise<Round> => {
  const values = Array.from({ length: size }, (_, at): Value => ({
    key: `member:${at}`,
    value: 'x'.repeat(100),
    ttl: 3600,
    tags: [TAG]
  }))
  const stored = await whileWatching(redis, () => setValues(controlUrl, values))
  const invalidated = await whileWatching(redis, async () => {
    const removed = await invalidate(controlUrl, { tags: [TAG] })
    if (removed !== size) throw new Error(`${removed} of ${size} were removed.`)
  })
  return { stored, invalidated }
}
