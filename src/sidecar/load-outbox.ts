import type { Logger } from 'pino'
import type { Cache } from '../cache/cache.js'
import type { Observer } from '../cache/observer.js'
import { type Config, ConfigError } from '../config/config.js'
import { readCertificates } from './peers.js'

export interface Outbox {
  start(): void
  /** Resolves in a bounded time. */
  stop(): Promise<void>
}

export interface OutboxParts {
  readonly config: Config
  readonly cache: Pick<Cache, 'invalidate'>
  readonly observer: Observer
  readonly log: Logger
}

/** The reader of the outbox, where the configuration names one: it and its client are loaded only then. Rejects with `ConfigError`. */
export const loadOutbox = async ({
  config,
  cache,
  observer,
  log
}: OutboxParts): Promise<Outbox | undefined> => {
  const { OUTBOX_URL: url, OUTBOX_CA_FILE: caFile } = config
  if (url === undefined) return undefined
  const { createOutbox, OutboxSettingsError, parseOutboxAddress } = await import('../outbox/outbox.js')
  try {
    const address = parseOutboxAddress(url)
    if (config.OUTBOX_PASSWORD_FILE !== undefined && address.password !== undefined)
      throw new OutboxSettingsError('OUTBOX_URL=(hidden): must have no password with OUTBOX_PASSWORD_FILE')
    if (caFile !== undefined && !address.sslMode.startsWith('verify-'))
      throw new OutboxSettingsError(
        `OUTBOX_CA_FILE=${caFile}: must go with an OUTBOX_URL whose sslmode is verify-ca or verify-full`
      )
    const ca = caFile === undefined ? undefined : readCertificates('OUTBOX_CA_FILE', caFile)
    if (config.CACHE_STORE === 'memory') log.warn({ hint: MEMORY_HINT }, MEMORY)
    return createOutbox({
      address,
      passwordFile: config.OUTBOX_PASSWORD_FILE,
      ca,
      table: config.OUTBOX_TABLE,
      pollMs: config.OUTBOX_POLL_MS,
      invalidationMs: config.INVALIDATION_TIMEOUT_MS,
      prefix: config.KEY_PREFIX,
      invalidate: cache.invalidate,
      observer
    })
  } catch (error) {
    throw error instanceof OutboxSettingsError ? new ConfigError(error.message, { cause: error }) : error
  }
}

const MEMORY = 'Rows of the outbox invalidate what this process has stored, and nothing in other sidecars'
const MEMORY_HINT = 'Each row is taken by one sidecar: with CACHE_STORE=memory let one alone read the outbox.'
