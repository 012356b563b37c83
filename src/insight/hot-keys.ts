/** A key, and how often it was counted. */
export interface HotKey {
  readonly key: string
  readonly resource: string
  /** At most: it was counted at least `count - error` times. */
  readonly count: number
  /** What it has taken over from the key whose place it has. */
  readonly error: number
}

interface Place {
  key: string
  resource: string
  count: number
  error: number
  /** In the heap. */
  index: number
}

/**
 * The most frequent of any number of keys in bounded memory (Space-Saving; Metwally, Agrawal and El Abbadi, "Efficient
 * computation of frequent and top-k elements in data streams", 2005): a key that has no place takes that of the least
 * frequent one, with its count. Each key that was counted more often than total ÷ places has one. The places are a heap with
 * the least frequent one on top.
 */
export class HotKeys {
  total = 0
  readonly #places: number
  readonly #heap: Place[] = []
  readonly #found = new Map<string, Place>()

  constructor(places: number) {
    this.#places = places
  }

  count(key: string, resource: string): void {
    this.total++
    const place = this.#found.get(key)
    if (place !== undefined) {
      this.#raise(place)
    } else if (this.#heap.length < this.#places) {
      this.#add({ key, resource, count: 1, error: 0, index: this.#heap.length })
    } else {
      this.#replace(key, resource)
    }
  }

  /** In the order of their counts. */
  top(most: number): readonly HotKey[] {
    return [...this.#heap]
      .sort((one, other) => other.count - one.count)
      .slice(0, most)
      .map(({ key, resource, count, error }) => ({ key, resource, count, error }))
  }

  #replace(key: string, resource: string): void {
    const [least] = this.#heap
    if (least === undefined) return
    this.#found.delete(least.key)
    least.key = key
    least.resource = resource
    least.error = least.count
    this.#found.set(key, least)
    this.#raise(least)
  }

  /** Changes places with the less frequent child until there is none. */
  #raise(place: Place): void {
    place.count++
    const heap = this.#heap
    for (;;) {
      const left = 2 * place.index + 1
      const leftPlace = heap[left]
      if (leftPlace === undefined) return
      const rightPlace = heap[left + 1]
      const child = rightPlace !== undefined && rightPlace.count < leftPlace.count ? rightPlace : leftPlace
      if (child.count >= place.count) return
      this.#swap(place, child)
    }
  }

  #add(place: Place): void {
    this.#heap.push(place)
    this.#found.set(place.key, place)
    for (;;) {
      const parent = this.#heap[(place.index - 1) >> 1]
      if (place.index === 0 || parent === undefined || parent.count <= place.count) return
      this.#swap(place, parent)
    }
  }

  #swap(one: Place, other: Place): void {
    const { index } = one
    this.#heap[other.index] = one
    this.#heap[index] = other
    one.index = other.index
    other.index = index
  }
}
