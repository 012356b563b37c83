import type { Reading } from '../../cache/store.js'

/** Reads the slots, and the position at the same moment. */
export type ReadSlots = (slots: readonly string[]) => Promise<Reading>

/** What one command asks for at most, so that Redis is not blocked for long. */
const MOST = 128

/**
 * Reads that begin in one go share one command, and a slot that several ask for is asked for once: a command
 * costs far more than a key in it. It is made when the last of them has begun, so its position is later than all.
 */
export const gatherReads = (readSlots: ReadSlots): ReadSlots => {
  let gathering: Gathering | undefined

  const begin = (): Gathering => {
    const places = new Map<string, number>()
    const begun: Gathering = {
      places,
      reading: Promise.resolve().then(() => {
        if (gathering === begun) gathering = undefined
        return readSlots([...places.keys()])
      })
    }
    return begun
  }

  return async (slots) => {
    if (gathering !== undefined && gathering.places.size + slots.length > MOST) gathering = undefined
    const { places, reading } = (gathering ??= begin())
    const mine = slots.map((slot) => placeOf(slot, places))
    const { position, entries } = await reading
    return { position, entries: mine.map((place) => entries[place]) }
  }
}

interface Gathering {
  /** Where in the answer each slot is. */
  readonly places: Map<string, number>
  readonly reading: Promise<Reading>
}

const placeOf = (slot: string, places: Map<string, number>): number => {
  const known = places.get(slot)
  if (known !== undefined) return known
  places.set(slot, places.size)
  return places.size - 1
}
