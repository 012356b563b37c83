import type { CacheOptions } from '../cache/cache.js'
import type { CacheMode } from '../cache/read/read-through.js'
import type { Config } from '../config/config.js'

/** What `CACHE_ENABLED` says. */
export const MODES: Readonly<Record<Config['CACHE_ENABLED'], CacheMode>> = {
  true: 'on',
  false: 'off',
  observe: 'observe'
}

/** Where the cache only observes, each answer is compared: the origin has been asked anyway. */
export const auditOf = (config: Config): CacheOptions['audit'] => {
  const {
    CACHE_ENABLED,
    AUDIT_SHARE: share,
    AUDIT_MAX_PER_SECOND: mostPerSecond,
    AUDIT_GRACE_MS: graceMs
  } = config
  return share > 0 || CACHE_ENABLED === 'observe' ? { share, mostPerSecond, graceMs } : undefined
}
