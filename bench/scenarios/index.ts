import type { Scenario } from '../scenario.js'
import { analytics } from './analytics.js'
import { compression } from './compression.js'
import { deleteKeys } from './delete-keys.js'
import { growthPattern } from './growth-pattern.js'
import { growthRows } from './growth-rows.js'
import { growthTag } from './growth-tag.js'
import { hit } from './hit.js'
import { memory } from './memory.js'
import { miss } from './miss.js'
import { mixed } from './mixed.js'
import { redisDies } from './redis-dies.js'
import { stampede } from './stampede.js'
import { startUp } from './start-up.js'
import { storm } from './storm.js'
import { telemetry } from './telemetry.js'

/** In the order in which they run and are reported. */
export const scenarios: readonly Scenario[] = [
  ...[hit, miss, mixed, stampede, redisDies, storm],
  ...[memory, compression, telemetry, analytics, startUp, deleteKeys, growthTag, growthPattern, growthRows]
]
