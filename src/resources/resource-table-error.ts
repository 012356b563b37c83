/** The table cannot be used. Each problem names its row and field, or its line and column. */
export class ResourceTableError extends Error {
  override readonly name = 'ResourceTableError'
  constructor(
    readonly source: string,
    readonly problems: readonly string[],
    options?: ErrorOptions
  ) {
    super(`${source}: ${problems.join('; ')}`, options)
  }
}
