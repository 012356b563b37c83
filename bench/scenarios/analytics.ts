import { compareVariants } from '../load/setting-variants.js'
import { ratioTarget } from '../load/tables.js'
import type { Scenario } from '../scenario.js'

const [ON, OFF] = ['analytics on', 'analytics off']

export const analytics: Scenario = {
  name: 'analytics',
  title: 'What analytics cost a hit',
  run: async (bench) => {
    const compared = {
      variants: [{ name: OFF, settings: { ANALYTICS: 'false' } }, { name: ON }],
      base: OFF,
      note: 'They are on unless `ANALYTICS=false`.'
    }
    const memory = await compareVariants(bench, { ...compared, store: 'memory' })
    const redis = await compareVariants(bench, { ...compared, store: 'redis' })
    return {
      tables: [memory.table, redis.table],
      charts: [],
      targets: [memory, redis].flatMap(({ rounds }) =>
        ratioTarget(rounds, { what: ON, floor: OFF, limit: 1.03 })
      )
    }
  }
}
