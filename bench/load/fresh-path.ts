import { projectsPath } from './user-reads.js'

/** Names another user's projects at each call: a path that no cache has seen. */
export const freshPaths = (): (() => string) => freshPathsOf([projectsPath])

/** The same of several kinds of reads, in turn. */
export const freshPathsOf = (kinds: readonly ((user: number) => string)[]): (() => string) => {
  let user = 1_000_000
  return () => kinds[user % kinds.length]?.(user++) ?? ''
}
