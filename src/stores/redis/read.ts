import type { Reading } from '../../cache/store.js'
import type { Link } from './connection/connection.js'

/** Reads the slots, and the position at the same moment. */
export type ReadSlots = (slots: readonly string[]) => Promise<Reading>

/** What one command asks for at most, so that Redis is not blocked for long. */
const MOST = 128

/**
 * Reads that begin before the command of the first has been made share it, and a slot that several ask for is asked
 * for once: a command costs far more than a key in it. It is made when the last of them has begun, so its position is
 * later than all.
 */
export const gatherReads = (link: Pick<Link, 'state' | 'run' | 'join'>, readSlots: ReadSlots): ReadSlots => {
  let gathering: Gathering | undefined

  const begin = (): Gathering => {
    const places = new Map<string, number>()
    const end = (): void => {
      if (gathering === begun) gathering = undefined
    }
    const begun: Gathering = {
      places,
      reading: link.run('read', async () => {
        // One that fills a batch begins at once, before its own slots have their places.
        await Promise.resolve()
        end()
        return readSlots([...places.keys()])
      })
    }
    // It may have failed without a command.
    begun.reading.catch(end)
    return begun
  }

  return async (slots) => {
    const shared = link.state === 'up' && hasRoom(gathering, slots.length) ? gathering : undefined
    const { places, reading } = shared ?? (gathering = begin())
    const mine = slots.map((slot) => placeOf(slot, places))
    if (shared !== undefined) link.join()
    const { position, entries } = await reading
    return { position, entries: mine.map((place) => entries[place]) }
  }
}

interface Gathering {
  /** Where in the answer each slot is. */
  readonly places: Map<string, number>
  readonly reading: Promise<Reading>
}

const hasRoom = (gathering: Gathering | undefined, more: number): boolean =>
  gathering !== undefined && gathering.places.size + more <= MOST

const placeOf = (slot: string, places: Map<string, number>): number => {
  const known = places.get(slot)
  if (known !== undefined) return known
  places.set(slot, places.size)
  return places.size - 1
}
