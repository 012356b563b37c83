import { ConfigError, readConfig } from './config.js'
import { createSidecar } from './sidecar.js'
import { peersOf } from './sidecar/peers.js'
import { createLogger } from './telemetry/logger.js'

/** Exit code 1: bad configuration, or an address that is taken. */
const fail = (message: string): never => {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

const start = async (): Promise<void> => {
  const config = readConfig()
  const log = createLogger({ level: config.LOG_LEVEL })
  const sidecar = await createSidecar({ config, log })

  let isStopping = false
  const stop = (signal: string): void => {
    if (isStopping) return
    isStopping = true
    log.info({ signal }, 'Stopping: requests in flight are finished first')
    sidecar.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'Stopping failed')
        process.exit(1)
      }
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)

  const addresses = await sidecar.listen()
  log.info({ ...addresses, ...peersOf(config) }, 'Listening')
}

start().catch((error: unknown) => {
  if (error instanceof ConfigError) fail(error.message)
  fail(error instanceof Error ? (error.stack ?? error.message) : String(error))
})
