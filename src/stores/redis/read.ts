import { Type } from '@sinclair/typebox'
import { epochOf, isBefore, type Position } from '../../cache/position.js'
import { isKept } from '../../cache/tags.js'
import type { Entry } from '../../cache/entry.js'
import type { Reading, Store } from '../../cache/store.js'
import { decodeEntry } from '../entry-codec.js'
import { compareWith } from './epochs.js'
import type { RedisAccess } from './redis-access.js'
import type { Connection } from './connection/connection.js'
import { LOST_EPOCH, LOST_RECORDS } from './connection/error-replies.js'
import { stampIn } from './scripts/kept.js'
import { script } from './scripts/script.js'

export type ReadOptions = RedisAccess & { readonly connection: Connection }

export const createRead = (options: ReadOptions): Store['read'] =>
  gatherReads(options.connection, (storeKeys) => readNow(options, storeKeys))

/**
 * One command, and beside it one that only a master takes. A master that has become a replica keeps its connections:
 *
 *     this process          the server                    another process
 *                           becomes a replica of B
 *                                                         invalidates a at B; acknowledged
 *     MGET a                answers with its copy, which
 *                           B's record has not reached
 *     UNLINK                refuses: READONLY
 *
 * Commands of one connection are carried out in order: an UNLINK that succeeds proves a master at the MGET before it.
 */
const readNow = async (
  options: ReadOptions,
  storeKeys: readonly string[],
  left = TRIES
): Promise<Reading> => {
  const { client, keys, connection, remembered } = options
  const { position: before } = remembered
  const asked = [keys.epoch]
  let hasKept = false
  for (const storeKey of storeKeys) {
    asked.push(keys.prefix + storeKey)
    hasKept ||= isKept(storeKey)
  }
  if (hasKept) asked.push(keys.kept)
  const [[bytes, ...values]] = await Promise.all([client.mgetBuffer(asked), client.unlink(keys.nothing)])
  if (bytes === undefined || bytes === null) throw connection.markDown(LOST_EPOCH)
  const position = bytes.toString('latin1')
  const isMoved = position !== remembered.position && position !== before
  const at = isMoved ? await settleMove(options, { before, position }) : position
  const kept = hasKept ? values.pop() : undefined
  // Everything was invalidated in between: what is kept has gone over into the next epoch.
  if (hasKept && epochOf(at) !== epochOf(position) && left > 1) return readNow(options, storeKeys, left - 1)
  const stamp = stampIn(kept, epochOf(at))
  const decode = (value: Buffer, storeKey: string | undefined): Entry | undefined =>
    decodeEntry(value, at) ?? (isKept(storeKey ?? '') ? decodeEntry(value, stamp) : undefined)
  return {
    position: at,
    entries: values.map((value, place) => (value ? decode(value, storeKeys[place]) : undefined))
  }
}

/** How often what is kept is read while epochs end. */
const TRIES = 3

/**
 * The log has moved since this process last looked, by an invalidation of another: what was read counts once the server
 * has shown that it still has all records of before, and only in the epoch that it is in then. One that was asked after
 * `before` had been seen is never earlier. Returns the position as of which the entries count.
 */
const settleMove = async (options: ReadOptions, { before, position }: Move): Promise<Position> => {
  if (!isBefore(position, before)) {
    const compared = await compareWith(options, position)
    if (compared.said === 'known') return position
    if (compared.said === 'ended') return compared.position
  }
  throw options.connection.markDown(LOST_RECORDS)
}

interface Move {
  readonly before: Position
  readonly position: Position
}

/** What one command asks for at most, so that Redis is not blocked for long. */
const MOST = 128

/**
 * Reads that begin before the command of the first has been made share it, and a store key that several ask for is asked
 * for once: a command costs far more than a key in it. It is made when the last of them has begun, so its position is
 * later than all.
 */
export const gatherReads = (
  connection: Pick<Connection, 'state' | 'run' | 'join'>,
  readTogether: Store['read']
): Store['read'] => {
  let current: Gathering | undefined

  const gather = (): Gathering => {
    const places = new Map<string, number>()
    const close = (): void => {
      if (current === gathering) current = undefined
    }
    const gathering: Gathering = {
      places,
      reading: connection.run('read', async () => {
        // One that fills a batch is started at once, before its own store keys have their places.
        await Promise.resolve()
        close()
        return readTogether([...places.keys()])
      })
    }
    // It may have failed without a command.
    gathering.reading.catch(close)
    return gathering
  }

  return async (storeKeys) => {
    const hasRoom = current !== undefined && current.places.size + storeKeys.length <= MOST
    const shared = connection.state === 'up' && hasRoom ? current : undefined
    const { places, reading } = shared ?? (current = gather())
    const mine = storeKeys.map((storeKey) => placeOf(storeKey, places))
    if (shared !== undefined) connection.join()
    const { position, entries } = await reading
    return { position, entries: mine.map((place) => entries[place]) }
  }
}

interface Gathering {
  /** Where in the answer each store key is. */
  readonly places: Map<string, number>
  readonly reading: Promise<Reading>
}

const placeOf = (storeKey: string, places: Map<string, number>): number => {
  const known = places.get(storeKey)
  if (known !== undefined) return known
  places.set(storeKey, places.size)
  return places.size - 1
}

/** One script call asks for this many. */
const SIZES_AT_ONCE = 250

/** How large what is stored is, without reading it. */
export const createReadSizes =
  ({ keys, runScript, run }: RedisAccess): Store['sizes'] =>
  async (storeKeys) => {
    const sizes: number[] = []
    for (let at = 0; at < storeKeys.length; at += SIZES_AT_ONCE) {
      const slice = storeKeys.slice(at, at + SIZES_AT_ONCE).map((storeKey) => keys.prefix + storeKey)
      sizes.push(...(await run('sizes', () => runScript(SIZES, slice, []))))
    }
    return sizes
  }

/** KEYS those of entries. Returns the bytes of each, 0 where nothing is. */
const SIZES = script({
  reply: Type.Array(Type.Integer()),
  lua: `
local sizes = {}
for i, key in ipairs(KEYS) do
  local size = redis.pcall('STRLEN', key)
  sizes[i] = type(size) == 'number' and size or 0
end
return sizes
`
})
