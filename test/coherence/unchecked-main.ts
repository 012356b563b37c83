import { runAltered } from './altered-main.js'

/** Readers join every flight: to them no invalidation ever came in between. */
await runAltered((store) => ({ ...store, recordsBetween: async () => [] }))
