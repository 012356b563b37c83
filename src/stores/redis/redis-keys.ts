/** The keys of design "In Redis", after the prefix. */
export interface Names {
  readonly prefix: string
  readonly epoch: string
  readonly log: string
  readonly server: string
  readonly tags: string
  /** Never there: to remove it changes nothing, but only a server that takes writes does it. */
  readonly nothing: string
  readonly slot: (slot: string) => string
}

export const namesUnder = (prefix: string): Names => ({
  prefix,
  epoch: `${prefix}@epoch`,
  log: `${prefix}@log`,
  server: `${prefix}@server`,
  tags: `${prefix}@tags`,
  nothing: `${prefix}@void`,
  slot: (slot) => prefix + slot
})
