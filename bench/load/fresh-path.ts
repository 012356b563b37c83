/** Names another user's projects at each call: a path that no cache has seen. */
export const freshPaths = (): (() => string) => freshPathsOf([(user) => `/api/v1/users/${user}/projects`])

/** The same of several kinds of reads, in turn. */
export const freshPathsOf = (kinds: readonly ((user: number) => string)[]): (() => string) => {
  let user = 1_000_000
  return () => kinds[user % kinds.length]?.(user++) ?? ''
}
