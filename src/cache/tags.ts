/**
 * The names that the cache itself makes, beside the tags of the resource table. They are tags, and the keys of a store:
 *
 *     user:7  user:~      a tag of what belongs to user 7, or to a user whose number is not known yet
 *     ~<identity>         a tag of what belongs to one caller
 *     family:projects     a tag of what an unlisted write to that part of the API makes doubtful: a tag group
 *
 *     <key>               the key of an entry that the proxy has stored
 *     @value:<key>        of a value that the backend has put: neither is ever read as the other
 *     @value:kept:…       of one that is kept: everything, and patterns of other names, do not reach it
 *     @lock:<name>        of the lease of a lock, which is kept, too; nothing but its own time ends it
 *     @proof:<identity>   of a proof; only its tags reach it
 *     @known:<identity>   of a mark that the origin knows this caller; only its tags reach it
 *     @pod:<place>        of the figures of one sidecar
 */

/** Every invalidation that could reach a `user:…` name reaches it, too. */
export const UNKNOWN_USER_TAG = 'user:~'

export const userTag = (user: string | undefined): string =>
  user === undefined ? UNKNOWN_USER_TAG : `user:${user}`

export const identityTag = (identity: string): string => `~${identity}`

export const groupTag = (group: string): string => `family:${group}`

export const valueKey = (key: string): string => `@value:${key}`

export const LOCK_PREFIX = '@lock:'
export const lockKey = (name: string): string => `${LOCK_PREFIX}${name}`

/** Values under keys that begin so are kept. */
export const KEPT = 'kept:'
export const KEPT_VALUE_PREFIX = valueKey(KEPT)

/**
 * Whether what is under the store key outlives an invalidation of everything. It is reached by its own key, by a tag that it
 * carries, and by patterns that begin with `kept:` as it is written there.
 */
export const isKept = (storeKey: string): boolean =>
  storeKey.startsWith(KEPT_VALUE_PREFIX) || storeKey.startsWith(LOCK_PREFIX)

export const reachesKept = (pattern: string): boolean => pattern.startsWith(KEPT)

export const proofKey = (identity: string): string => `@proof:${identity}`

/** Of whom the origin has a record, as a sign-in of his has shown. */
export const knownKey = (identity: string): string => `@known:${identity}`

export const podKey = (place: number): string => `@pod:${place}`

/** What an invalidation names to reach what is stored under the key; `undefined` for what only its tags reach. */
export const nameIn = (storeKey: string): string | undefined => {
  if (!storeKey.startsWith('@')) return storeKey
  return storeKey.startsWith('@value:') ? storeKey.slice(7) : undefined
}
