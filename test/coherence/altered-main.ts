import type { Store } from '../../src/cache/store.js'
import { readConfig } from '../../src/config/config.js'
import { openStore } from '../../src/sidecar/open-store.js'
import { createSidecar } from '../../src/sidecar/sidecar.js'
import { createLogger } from '../../src/telemetry/logger.js'

/** A sidecar from which one part of the mechanism is taken, in a process of its own. */
export const runAltered = async (alter: (store: Store) => Store): Promise<void> => {
  const config = readConfig()
  const sidecar = await createSidecar({
    config,
    log: createLogger({ level: config.LOG_LEVEL }),
    openStore: (_, observer) => alter(openStore(config, observer))
  })
  process.once('SIGTERM', () => void sidecar.close().then(() => process.exit(0)))
  await sidecar.listen()
}
