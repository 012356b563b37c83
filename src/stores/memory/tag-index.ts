/** Which store keys carry a tag. */
export class TagIndex {
  /** Most tags are carried by one store key only, which needs no set. */
  readonly #storeKeys = new Map<string, string | Set<string>>()

  add(storeKey: string, tags: readonly string[]): void {
    for (const tag of tags) {
      const members = this.#storeKeys.get(tag)
      if (members === undefined) this.#storeKeys.set(tag, storeKey)
      else if (typeof members !== 'string') members.add(storeKey)
      else if (members !== storeKey) this.#storeKeys.set(tag, new Set([members, storeKey]))
    }
  }

  remove(storeKey: string, tags: readonly string[]): void {
    for (const tag of tags) {
      const members = this.#storeKeys.get(tag)
      const isEmpty =
        members instanceof Set ? members.delete(storeKey) && members.size === 0 : members === storeKey
      if (isEmpty) this.#storeKeys.delete(tag)
    }
  }

  tags(): Iterable<string> {
    return this.#storeKeys.keys()
  }

  storeKeysOf(tag: string): Iterable<string> {
    const members = this.#storeKeys.get(tag) ?? []
    return typeof members === 'string' ? [members] : members
  }
}
