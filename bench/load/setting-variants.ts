import type { Bench, Table } from '../scenario.js'
import { sidecarMemory, sidecarRedis } from '../subjects/index.js'
import { startSidecar } from '../subjects/sidecar.js'
import { runClosedRounds, type RoundsByName } from './closed-rounds.js'
import { type Entrant, readsProfile } from './entrant.js'
import { cpuRatio, tableOf } from './tables.js'

/** The sidecar with other settings, or the bundle of another version. */
export interface Variant {
  readonly name: string
  readonly settings?: Readonly<Record<string, string>>
  readonly program?: string
}

interface VariantsOptions {
  readonly store: 'memory' | 'redis'
  readonly variants: readonly Variant[]
  /** Name of the variant that the others are compared with. */
  readonly base: string
  readonly note: string
}

const KILOBYTE = 1024

/** What hits cost with each of them, in one run; those on Redis have one server together. */
export const compareVariants = async (
  bench: Bench,
  { store, variants, base, note }: VariantsOptions
): Promise<{ readonly rounds: RoundsByName; readonly table: Table }> => {
  const subject = store === 'memory' ? sidecarMemory : sidecarRedis
  const rounds = await runClosedRounds(bench, {
    title: subject.name,
    entrants: variants.map((variant) => entrantOf(store, variant)),
    bodyBytes: 10 * KILOBYTE,
    areHits: true,
    ...(bench.isQuick ? { rounds: 6, roundMs: 500 } : { rounds: 10, roundMs: 2000 })
  })
  const ratios = variants
    .filter(({ name }) => name !== base)
    .map(({ name }) => {
      const { median, min, max } = cpuRatio(rounds, name, base)
      return `${name}: ${median.toFixed(3)} (${min.toFixed(3)}–${max.toFixed(3)})`
    })
  const table = tableOf(
    `Hit of 10 KB, ${subject.name}`,
    rounds,
    `CPU in relation to \`${base}\` in the same round: ${ratios.join('; ')}. ${note}`
  )
  return { rounds, table }
}

const entrantOf = (store: 'memory' | 'redis', { name, settings, program }: Variant): Entrant => ({
  ...readsProfile({
    ...(store === 'memory' ? sidecarMemory : sidecarRedis),
    start: (options) =>
      startSidecar({
        ...options,
        store,
        ...(program !== undefined && { program }),
        settings: { ...options.settings, KEY_PREFIX: `${name.replaceAll(/\W+/g, '-')}:`, ...settings }
      })
  }),
  name
})
