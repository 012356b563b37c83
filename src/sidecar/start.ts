import { readConfig } from '../config/config.js'
import { createSidecar } from './sidecar.js'
import { buildInfo } from '../telemetry/build-info.js'
import { createLogger } from '../telemetry/logger.js'
import type { Ending } from './ending.js'
import { loadTelemetry } from './load-telemetry.js'
import { peersOf } from './peers.js'

/** Beyond the time that requests are given: closing the rest takes far less. */
const CLOSING_MS = 10_000

/** The sidecar that the environment describes. Rejects with `ConfigError`, for an address that is taken, too. */
export const start = async (ending: Ending): Promise<void> => {
  const config = readConfig()
  const telemetry = await loadTelemetry(config)
  const log = createLogger({ level: config.LOG_LEVEL, fieldsOf: telemetry?.logFields })
  const sidecar = await createSidecar({ config, log, telemetry })
  ending.stopBy({
    log,
    timeoutMs: config.SHUTDOWN_DELAY_MS + config.SHUTDOWN_TIMEOUT_MS + CLOSING_MS,
    stop: async () => {
      await listening.catch(() => undefined)
      return sidecar.close()
    }
  })
  const listening = sidecar.listen()
  const addresses = await listening
  log.info({ ...buildInfo, ...addresses, ...peersOf(config) }, 'Listening')
}
