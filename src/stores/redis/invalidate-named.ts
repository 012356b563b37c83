import { type Invalidation, invalidationOf } from '../../cache/invalidation.js'
import { StoreUnavailableError } from '../../cache/errors.js'
import { epochOf } from '../../cache/position.js'
import { valueKey } from '../../cache/tags.js'
import type { RedisAccess } from './redis-access.js'
import type { Capabilities } from './capabilities.js'
import { beginEpoch, epochArguments, type Settled, settleEpoch } from './epochs.js'
import { INVALIDATE } from './scripts/invalidate.js'
import { epochKeys, TAG_INDEX } from './scripts/redis-keys.js'

/** Entries removed by one script call: one or two milliseconds of Redis' time, half of it to look at what they are. */
const SLICE = 1000
/** Keys, and as many tags, looked at by one script call: each key is three Redis keys, so that this takes as long. */
export const NAMES = 200

/**
 * A record that names nothing, of a later step: a server that has lost only removals, and has the record with which they
 * began, lacks this one. A scan has it at its end alone, as its steps are so many that the log would forget all others.
 */
export const STEP = JSON.stringify(invalidationOf({}))

export interface KeysAndTags extends Pick<Invalidation, 'keys' | 'tags'> {
  /** Whether what is kept stays in the tags. */
  readonly sparesKept?: boolean
}

export const NO_RECORD = ''

/**
 * The record goes with the first slice of many names, and the others are invalidated after it:
 *
 *     an invalidation of a … z                 a fill of a
 *                                              reads a miss, asks the origin: old answer
 *     removes a; were there no record yet:
 *                                              commits, as the position is still that of its miss
 *     removes z, appends the record
 *     acknowledged                             a is readable, and old
 *
 * With the record in the step that removes a, the fill is refused from there on.
 */
export const invalidateNamed = async (redis: RedisAccess, named: KeysAndTags, record: string) => {
  let { removed, position, isEpochNew } = await invalidateSlice(redis, sliceOf(named, 0), record)
  const most = Math.max(named.keys.length, named.tags.length)
  for (let from = NAMES; from < most && !isEpochNew; from += NAMES) {
    const slice = await invalidateSlice(redis, sliceOf(named, from), record && STEP)
    removed += slice.removed
    position = slice.position
    isEpochNew = slice.isEpochNew
  }
  return { removed, position, isEpochNew }
}

const sliceOf = ({ keys, tags, ...rest }: KeysAndTags, from: number): KeysAndTags => ({
  ...rest,
  keys: keys.slice(from, from + NAMES),
  tags: tags.slice(from, from + NAMES)
})

/**
 * Removes keys and tagged entries; with a record, also appends it in the same step as the last of them. An epoch that
 * somebody else has begun in between may have taken over what is kept: then it is done again in that one.
 */
const invalidateSlice = async (redis: RedisAccess, named: KeysAndTags, record: string) => {
  for (let removed = 0, settlings = 0; ;) {
    const call = await redis.run('invalidate', () => removeSome(redis, named, record))
    removed += call.reply[1]
    if (call.reply[0] === 'more') continue
    const settled = await beginIfDoubtful(redis, call)
    if (settled?.isNew === true) return { removed, position: settled.position, isEpochNew: true }
    if (settled === undefined) {
      const [, , position = ''] = call.reply
      redis.remembered.remember(position, call.since)
      return { removed, position, isEpochNew: false }
    }
    if (++settlings === SETTLINGS)
      throw new StoreUnavailableError('one epoch after the other ended while an invalidation was carried out')
  }
}

/** How often an invalidation is begun anew in another epoch. */
const SETTLINGS = 5

type Call = Awaited<ReturnType<typeof removeSome>>

/**
 * What was not found for certain is removed for certain by a new epoch: where an index was none, or may have been evicted
 * before its entries, which `allkeys-*` allows.
 */
const beginIfDoubtful = async (redis: RedisAccess, { reply, now }: Call): Promise<Settled | undefined> => {
  const [kind, , position = '', words = ''] = reply
  if (kind === 'unsettled') return settleEpoch(redis)
  if (kind === 'damaged') return beginEpoch(redis, 'damaged-index', epochOf(position))
  if (now === undefined || !redis.server.hasEvicted({ words, now, position })) return undefined
  return beginEpoch(redis, 'evictions', epochOf(position))
}

/** One call of the script, and behind it, what shows whether keys were evicted up to its end: one round trip. */
const removeSome = async (
  redis: RedisAccess,
  { keys: named, tags, sparesKept = false }: KeysAndTags,
  record: string
) => {
  const { keys, runScript, server } = redis
  const since = redis.remembered.position
  const under = (storeKey: string): string => keys.prefix + storeKey
  const entries = named.flatMap((key) => [under(key), under(valueKey(key))])
  const indexes = [...named, ...tags].map((tag) => under(TAG_INDEX + tag))
  const args = [
    ...epochArguments(redis),
    record,
    SLICE,
    keys.prefix,
    entries.length,
    sparesKept ? 'spare' : ''
  ]
  let now: Promise<Capabilities | undefined> = Promise.resolve(undefined)
  const reply = await runScript(INVALIDATE, [...epochKeys(keys), ...entries, ...indexes], args, () => {
    now = server.askOfEvictions()
    now.catch(() => undefined)
  })
  return { reply, since, now: await now }
}
