/** The keys of design "In Redis", after the prefix. */
export interface RedisKeys {
  readonly prefix: string
  readonly epoch: string
  readonly log: string
  readonly server: string
  readonly tags: string
  /** Never there: to remove it changes nothing, but only a server that takes writes does it. */
  readonly nothing: string
  readonly storeKey: (storeKey: string) => string
}

export const redisKeysUnder = (prefix: string): RedisKeys => ({
  prefix,
  epoch: `${prefix}@epoch`,
  log: `${prefix}@log`,
  server: `${prefix}@server`,
  tags: `${prefix}@tags`,
  nothing: `${prefix}@void`,
  storeKey: (storeKey) => prefix + storeKey
})
