/** Under the prefix and this, the store keys that carry a tag: a sorted set, by when they expire. */
export const TAG_INDEX = '@tag:'

/** The keys of design "In Redis". That of an entry is the prefix and its store key. */
export interface RedisKeys {
  readonly prefix: string
  readonly epoch: string
  readonly log: string
  readonly server: string
  readonly tags: string
  /** Never there: to remove it changes nothing, but only a server that takes writes does it. */
  readonly nothing: string
}

export const redisKeysUnder = (prefix: string): RedisKeys => ({
  prefix,
  epoch: `${prefix}@epoch`,
  log: `${prefix}@log`,
  server: `${prefix}@server`,
  tags: `${prefix}@tags`,
  nothing: `${prefix}@void`
})
