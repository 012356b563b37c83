import { groupTag } from '../cache/tags.js'
import type { WriteMatch } from '../cache/resource.js'
import type { ResourceFile } from './schema.js'

/** What a write to a path makes doubtful when nothing narrower is known: every tag group (family) that the path lies in. */
export const createUnlistedWrites = ({
  families,
  everything
}: Pick<ResourceFile, 'families' | 'everything'>): ((path: string) => WriteMatch['whenUnlisted']) => {
  const tagsOf = new Map<string, string[]>()
  for (const [family, prefixes] of Object.entries(families)) {
    for (const prefix of prefixes) tagsOf.set(prefix, [...(tagsOf.get(prefix) ?? []), groupTag(family)])
  }
  const isEverything = new Set(everything)
  return (path) => {
    const tags: string[] = []
    for (const prefix of prefixesOf(path)) {
      if (isEverything.has(prefix)) return 'everything'
      tags.push(...(tagsOf.get(prefix) ?? []))
    }
    return [...new Set(tags)]
  }
}

/** `/a/b` for `/a/b`, `/a/b/` and `/a/b/c`, but not for `/a/bc`. */
const prefixesOf = (path: string): readonly string[] => {
  const segments = path.split('/')
  return segments.map((_, at) => segments.slice(0, at + 1).join('/'))
}
