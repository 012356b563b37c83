/** Which slots carry a tag. */
export interface TagIndex {
  add(slot: string, tags: readonly string[]): void
  remove(slot: string, tags: readonly string[]): void
  has(tag: string): boolean
  tags(): Iterable<string>
  slotsOf(tag: string): Iterable<string>
}

export const createTagIndex = (): TagIndex => {
  /** Most tags are carried by one slot only, which needs no set. */
  const slots = new Map<string, string | Set<string>>()

  const addTo = (tag: string, slot: string): void => {
    const members = slots.get(tag)
    if (members === undefined) slots.set(tag, slot)
    else if (typeof members !== 'string') members.add(slot)
    else if (members !== slot) slots.set(tag, new Set([members, slot]))
  }

  const removeFrom = (tag: string, slot: string): void => {
    const members = slots.get(tag)
    if (members === undefined) return
    if (typeof members === 'string') {
      if (members === slot) slots.delete(tag)
    } else if (members.delete(slot) && members.size === 0) slots.delete(tag)
  }

  return {
    add: (slot, tags) => {
      for (const tag of tags) addTo(tag, slot)
    },
    remove: (slot, tags) => {
      for (const tag of tags) removeFrom(tag, slot)
    },
    has: (tag) => slots.has(tag),
    tags: () => slots.keys(),
    slotsOf: (tag) => {
      const members = slots.get(tag) ?? []
      return typeof members === 'string' ? [members] : members
    }
  }
}
