/** Under the prefix and this, the store keys that carry a tag: a sorted set, by when they expire. */
export const TAG_INDEX = '@tag:'

export type RedisKeys = Readonly<ReturnType<typeof redisKeysUnder>>

/** The keys of design "In Redis". That of an entry is the prefix and its store key. */
export const redisKeysUnder = (prefix: string) => ({
  prefix,
  epoch: `${prefix}@epoch`,
  log: `${prefix}@log`,
  server: `${prefix}@server`,
  tags: `${prefix}@tags`,
  /** The position with which the epoch began. */
  began: `${prefix}@began`,
  /** What what is kept begins with, see `kept.ts`. */
  kept: `${prefix}@kept`,
  /** Never there: to remove it changes nothing, but only a server that takes writes does it. */
  nothing: `${prefix}@void`
})

/** The KEYS with which every script of `scripts/epoch.ts` begins. */
export const epochKeys = ({ epoch, log, server, tags, began, nothing }: RedisKeys) => [
  epoch,
  log,
  server,
  tags,
  began,
  nothing
]
