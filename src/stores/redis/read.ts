import type { Reading } from '../../cache/store.js'
import type { RedisConnection } from './connection/connection.js'

/** Reads the store keys, and the position at the same moment. */
export type ReadSlots = (storeKeys: readonly string[]) => Promise<Reading>

/** What one command asks for at most, so that Redis is not blocked for long. */
const MOST = 128

/**
 * Reads that begin before the command of the first has been made share it, and a store key that several ask for is asked
 * for once: a command costs far more than a key in it. It is made when the last of them has begun, so its position is
 * later than all.
 */
export const gatherReads = (
  connection: Pick<RedisConnection, 'state' | 'run' | 'join'>,
  readSlots: ReadSlots
): ReadSlots => {
  let gathering: Gathering | undefined

  const begin = (): Gathering => {
    const places = new Map<string, number>()
    const end = (): void => {
      if (gathering === begun) gathering = undefined
    }
    const begun: Gathering = {
      places,
      reading: connection.run('read', async () => {
        // One that fills a batch begins at once, before its own store keys have their places.
        await Promise.resolve()
        end()
        return readSlots([...places.keys()])
      })
    }
    // It may have failed without a command.
    begun.reading.catch(end)
    return begun
  }

  return async (storeKeys) => {
    const shared = connection.state === 'up' && hasRoom(gathering, storeKeys.length) ? gathering : undefined
    const { places, reading } = shared ?? (gathering = begin())
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

const hasRoom = (gathering: Gathering | undefined, more: number): boolean =>
  gathering !== undefined && gathering.places.size + more <= MOST

const placeOf = (storeKey: string, places: Map<string, number>): number => {
  const known = places.get(storeKey)
  if (known !== undefined) return known
  places.set(storeKey, places.size)
  return places.size - 1
}
