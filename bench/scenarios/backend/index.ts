import type { Scenario } from '../../scenario.js'
import { forward, hit } from './reads.js'
import { stampede } from './stampede.js'

/** In front of the Django backend of the tests: `npm run bench -- --origin backend`. */
export const backendScenarios: readonly Scenario[] = [hit, forward, stampede]
