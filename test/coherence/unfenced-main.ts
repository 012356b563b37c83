import { runAltered } from './altered-main.js'

/** Fills are stored whatever was invalidated since their position. */
await runAltered((store) => ({
  ...store,
  commit: ({ writes }) => store.commit({ writes, position: undefined })
}))
