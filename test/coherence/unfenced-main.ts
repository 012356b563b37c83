import { runAltered } from './altered-main.js'

/** Fills are stored whatever was invalidated since their position. */
await runAltered((store) => ({
  ...store,
  commit: ({ drafts }) => store.commit({ drafts, position: undefined })
}))
