/** Which store keys carry a tag. */
export interface TagIndex {
  add(storeKey: string, tags: readonly string[]): void
  remove(storeKey: string, tags: readonly string[]): void
  has(tag: string): boolean
  tags(): Iterable<string>
  storeKeysOf(tag: string): Iterable<string>
}

export const createTagIndex = (): TagIndex => {
  /** Most tags are carried by one store key only, which needs no set. */
  const storeKeys = new Map<string, string | Set<string>>()

  const addTo = (tag: string, storeKey: string): void => {
    const members = storeKeys.get(tag)
    if (members === undefined) storeKeys.set(tag, storeKey)
    else if (typeof members !== 'string') members.add(storeKey)
    else if (members !== storeKey) storeKeys.set(tag, new Set([members, storeKey]))
  }

  const removeFrom = (tag: string, storeKey: string): void => {
    const members = storeKeys.get(tag)
    if (members === undefined) return
    if (typeof members === 'string') {
      if (members === storeKey) storeKeys.delete(tag)
    } else if (members.delete(storeKey) && members.size === 0) storeKeys.delete(tag)
  }

  return {
    add: (storeKey, tags) => {
      for (const tag of tags) addTo(tag, storeKey)
    },
    remove: (storeKey, tags) => {
      for (const tag of tags) removeFrom(tag, storeKey)
    },
    has: (tag) => storeKeys.has(tag),
    tags: () => storeKeys.keys(),
    storeKeysOf: (tag) => {
      const members = storeKeys.get(tag) ?? []
      return typeof members === 'string' ? [members] : members
    }
  }
}
