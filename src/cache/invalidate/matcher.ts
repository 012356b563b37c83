import { type Invalidation, invalidationOf } from '../invalidation.js'
import { isKept, nameIn, reachesKept } from '../tags.js'
import { compileGlob, globSteps } from './glob.js'

/** Whether records reach the entry in this store key with these tags. */
export type Reach = (storeKey: string, tags: readonly string[]) => boolean

/**
 * A record that is longer stands in the log as everything, to be compared with; in bytes of its names. What is compared
 * is so bounded by bytes, which the number of records does not do.
 */
export const RECORD_MAX_BYTES = 8 * 1024
/** More records, or bytes of them, between two positions are not compared: fills are refused then. */
export const COMPARED_RECORDS = 1000
export const COMPARED_BYTES = 256 * 1024
/** Bytes that patterns look at for one entry: about a millisecond. An entry that takes more counts as reached. */
const COMPARED_STEPS = 200_000

/** The names of a record in bytes, roughly: counting ends beyond what a record may have. */
export const recordBytes = ({ keys, tags, patterns }: Invalidation): number => {
  let bytes = 0
  for (const names of [keys, tags, patterns]) {
    for (const name of names) {
      bytes += Buffer.byteLength(name) + 3
      if (bytes > RECORD_MAX_BYTES) return bytes
    }
  }
  return bytes
}

/** What stands in the log for an invalidation. */
export const asRecord = (invalidation: Invalidation): Invalidation =>
  recordBytes(invalidation) > RECORD_MAX_BYTES ? invalidationOf({ all: true }) : invalidation

/**
 * Whether any of the records reaches an entry: the one matcher of all stores. For many entries it is made once. A record of
 * everything reaches what is kept, too: it may stand for names (`asRecord`).
 */
export const reachOf = (records: readonly Invalidation[]): Reach => {
  if (records.some(({ all }) => all)) return () => true
  const keys = new Set(records.flatMap((record) => record.keys))
  const tagged = new Set(records.flatMap((record) => record.tags))
  const everyPattern = [...new Set(records.flatMap((record) => record.patterns))]
  const patternsOfKept = everyPattern.filter(reachesKept)
  return (storeKey, tags) => {
    const key = nameIn(storeKey)
    if (key !== undefined && keys.has(key)) return true
    if (tags.some((tag) => tagged.has(tag) || keys.has(tag))) return true
    const patterns = isKept(storeKey) ? patternsOfKept : everyPattern
    if (patterns.length === 0) return false
    const end = globSteps() + COMPARED_STEPS
    const names = [...(key === undefined ? [] : [key]), ...tags].map((name) => Buffer.from(name))
    return patterns.some((pattern) => {
      const { matchBytes } = compileGlob(pattern)
      return names.some((name) => matchBytes(name) || globSteps() > end)
    })
  }
}

export const isReached = (
  records: readonly Invalidation[],
  storeKey: string,
  tags: readonly string[]
): boolean => reachOf(records)(storeKey, tags)
