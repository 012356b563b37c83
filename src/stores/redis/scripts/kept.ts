import { LOCK_PREFIX, KEPT_VALUE_PREFIX } from '../../../cache/tags.js'
import { EPOCH_LENGTH } from '../../entry-codec.js'

/**
 * How what is kept outlives an invalidation of everything, which begins a new epoch: an entry begins with the epoch that it
 * was stored in, but a kept one with a stamp. That is the present epoch, until everything is invalidated; then the key `kept`
 * holds the new epoch and, behind it, the stamp as it was. So the stamp holds in that very epoch: where another one begins
 * for any other reason, because records were lost or because a release that knows of no stamp began it, what is kept is
 * unreadable, as everything else.
 */
export const KEPT = `
local function is_kept(store_key)
  return string.sub(store_key, 1, ${KEPT_VALUE_PREFIX.length}) == '${KEPT_VALUE_PREFIX}'
    or string.sub(store_key, 1, ${LOCK_PREFIX.length}) == '${LOCK_PREFIX}'
end
local function stamp_in(kept_key, epoch)
  local kept = redis.pcall('GET', kept_key)
  local holds = type(kept) == 'string' and #kept == ${2 * EPOCH_LENGTH} and string.sub(kept, 1, ${EPOCH_LENGTH}) == epoch
  return holds and string.sub(kept, ${EPOCH_LENGTH + 1}) or epoch
end
`

/** The same for a reader: `kept` is what stands under the key of that name. */
export const stampIn = (kept: Buffer | null | undefined, epoch: string): string => {
  const text = kept?.toString('latin1') ?? ''
  return text.length === 2 * EPOCH_LENGTH && text.startsWith(epoch) ? text.slice(EPOCH_LENGTH) : epoch
}

/**
 * Added to the score of a kept member of a tag index, which then stands behind all others: a pattern that spares what is
 * kept takes the members before it.
 */
export const KEPT_SCORE = 1e15
