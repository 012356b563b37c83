import { matchesAny } from '../../cache/invalidate/glob.js'
import type { Listed, Listing } from '../../cache/store.js'
import { valueKey } from '../../cache/tags.js'
import { isSliceOver, nextSlice } from '../../concurrency/time-slices.js'

/**
 * The next keys in order behind the cursor, which is the last key of the page before: none comes twice, and none that is
 * there all the time is left out. Each page looks at all store keys, in slices.
 */
export const listKeys = async (
  storeKeys: readonly string[],
  isReadable: (storeKey: string) => boolean,
  { pattern, cursor, count }: Listing
): Promise<Listed> => {
  const after = cursor === undefined ? '' : Buffer.from(cursor, 'base64url').toString()
  let keys: string[] = []
  let isCut = false
  for (const storeKey of storeKeys) {
    if (isSliceOver()) await nextSlice()
    if (!storeKey.startsWith(VALUE)) continue
    const key = storeKey.slice(VALUE.length)
    if (key <= after || (isCut && key >= (keys[count] ?? ''))) continue
    if (!(await matchesAny([pattern], key)) || !isReadable(storeKey)) continue
    keys.push(key)
    if (keys.length <= 2 * count) continue
    keys = keys.sort().slice(0, count + 1)
    isCut = true
  }
  const page = keys.sort().slice(0, count)
  const last = page.at(-1)
  const isLast = keys.length <= count || last === undefined
  return { keys: page, cursor: isLast ? undefined : Buffer.from(last).toString('base64url') }
}

const VALUE = valueKey('')
