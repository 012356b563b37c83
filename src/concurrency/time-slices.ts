/**
 * Long work, such as on a list of thousands of names, in slices between which the event loop turns: everybody else's
 * requests wait for one slice at most, however many pieces of such work there are.
 *
 *     for (const each of list) {
 *       if (isSliceOver()) await nextSlice()
 *       …
 *     }
 */

/** All long work of one turn together. */
const SLICE_MS = 4

let endsAt: number | undefined
let isTurnAwaited = false
const waiting: (() => void)[] = []

/** Whether the long work of this turn has had its time. */
export const isSliceOver = (): boolean => {
  if (endsAt !== undefined) return performance.now() >= endsAt
  endsAt = performance.now() + SLICE_MS
  awaitTurn()
  return false
}

/** Resolves in a later turn, with a slice of its own, after all who have waited for longer. */
export const nextSlice = (): Promise<void> =>
  new Promise((resolve) => {
    waiting.push(resolve)
    awaitTurn()
  })

/** `Array.prototype.map` in slices. */
export const mapInSlices = async <T, U>(
  list: readonly T[],
  map: (each: T, at: number) => U
): Promise<U[]> => {
  const mapped: U[] = []
  for (const each of list) {
    if (isSliceOver()) await nextSlice()
    mapped.push(map(each, mapped.length))
  }
  return mapped
}

const awaitTurn = (): void => {
  if (isTurnAwaited) return
  isTurnAwaited = true
  setImmediate(() => {
    isTurnAwaited = false
    const resume = waiting.shift()
    endsAt = resume === undefined ? undefined : performance.now() + SLICE_MS
    if (resume === undefined) return
    awaitTurn()
    resume()
  })
}
