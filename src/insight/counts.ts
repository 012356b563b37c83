/** How often each of a few names came. */
export class Counts<Name extends string> {
  readonly #counts = new Map<Name, number>()

  of(...names: readonly Name[]): number {
    return names.reduce((sum, name) => sum + (this.#counts.get(name) ?? 0), 0)
  }

  add(name: Name, count = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + count)
  }

  /** What `toObject` of another process gave: names that this one does not know are kept. */
  addAll(counts: Readonly<Record<string, number>>): void {
    for (const [name, count] of Object.entries(counts)) this.add(name as Name, count)
  }

  merge(other: Counts<Name>): void {
    for (const [name, count] of other.#counts) this.add(name, count)
  }

  toObject(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts)
  }
}
