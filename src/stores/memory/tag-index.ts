/** Which slots carry a tag. */
export interface TagIndex {
  add(slot: string, tags: readonly string[]): void
  remove(slot: string, tags: readonly string[]): void
  has(tag: string): boolean
  tags(): Iterable<string>
  slotsOf(tag: string): Iterable<string>
}

export const createTagIndex = (): TagIndex => {
  const slots = new Map<string, Set<string>>()
  return {
    add: (slot, tags) => {
      for (const tag of tags) {
        const members = slots.get(tag)
        if (members === undefined) slots.set(tag, new Set([slot]))
        else members.add(slot)
      }
    },
    remove: (slot, tags) => {
      for (const tag of tags) {
        const members = slots.get(tag)
        members?.delete(slot)
        if (members?.size === 0) slots.delete(tag)
      }
    },
    has: (tag) => slots.has(tag),
    tags: () => slots.keys(),
    slotsOf: (tag) => slots.get(tag) ?? []
  }
}
