/** A row as it was last written. `version` is the tick of the database's clock at that write. */
export type Row<F> = Readonly<F> & { readonly id: number; readonly version: number }

/** Counts row changes over the whole database, so that versions of different rows can be compared. */
export interface Clock {
  tick: number
}

/** Rows are replaced, never changed in place: whoever holds a row holds a snapshot of it. */
export class Table<F extends object> {
  readonly #rows = new Map<number, Row<F>>()
  readonly #clock: Clock
  #nextId: number

  constructor(clock: Clock, firstId = 1) {
    this.#clock = clock
    this.#nextId = firstId
  }

  get(id: number): Row<F> | undefined {
    return this.#rows.get(id)
  }

  all(): readonly Row<F>[] {
    return [...this.#rows.values()]
  }

  where(isWanted: (row: Row<F>) => boolean): readonly Row<F>[] {
    return this.all().filter(isWanted)
  }

  find(isWanted: (row: Row<F>) => boolean): Row<F> | undefined {
    for (const row of this.#rows.values()) if (isWanted(row)) return row
    return undefined
  }

  insert(fields: F): Row<F> {
    const row = { ...fields, id: this.#nextId++, version: ++this.#clock.tick }
    this.#rows.set(row.id, row)
    return row
  }

  update(row: Row<F>, changes: Partial<F>): Row<F> {
    const updated = { ...row, ...changes, version: ++this.#clock.tick }
    this.#rows.set(row.id, updated)
    return updated
  }

  remove(row: Row<F>): void {
    if (this.#rows.delete(row.id)) this.#clock.tick++
  }
}
