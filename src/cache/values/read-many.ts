import { valueKey } from '../tags.js'
import type { Position } from '../position.js'
import { ENVELOPE_BYTES, type Store } from '../store.js'
import { partsOf } from './parts.js'
import { type Value, valueOf } from './value.js'

export interface ValuesReading {
  readonly position: Position
  /** In the order of the keys asked for. */
  readonly values: readonly (Value | undefined)[]
}

/**
 * Reads values in parts, so that neither the store nor this process has more in hand at once than a part and what is
 * kept of it; `undefined` when their bodies are more than `mostBytes` together, mostly without reading any. Rejects with
 * `StoreUnavailableError`.
 */
export const readMany = async (
  { store, now }: { readonly store: Store; readonly now: () => number },
  keys: readonly string[],
  mostBytes: number
): Promise<ValuesReading | undefined> => {
  const sizes = await store.sizes(keys.map(valueKey))
  if (atLeast(sizes) > mostBytes) return undefined
  const values: (Value | undefined)[] = []
  let position: Position | undefined
  let bytes = 0
  for (const part of partsOf(keys, sizes)) {
    const reading = await store.read(part.map(valueKey))
    position ??= reading.position
    const at = now()
    for (const entry of reading.entries) {
      if ((bytes += entry?.body.length ?? 0) > mostBytes) return undefined
      values.push(entry && valueOf(entry, at))
    }
  }
  return { position: position ?? (await store.read([])).position, values }
}

/** What the bodies have together, at the least. */
const atLeast = (sizes: readonly number[]): number =>
  sizes.reduce((sum, size) => sum + Math.max(0, size - ENVELOPE_BYTES), 0)
