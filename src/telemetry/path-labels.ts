/** `v1` and words are what they are; anything else may be an id, a name or a file. */
const WORD = /^(?:v\d+|[A-Za-z_-]{1,30})$/

/** `/api/v1/users/{id}/projects`. */
const API_SEGMENTS = 5

/**
 * Names paths without a row for a metric, in a bounded number: those that the backend has an answer for, with `{id}` for what
 * is no word; outside of `/api` their first segment. What does not fit any more is `other`, so that nobody can fill the memory
 * of the sidecar, or of Prometheus, with paths. A redirect is no answer: a log-in page takes every path for one of its own.
 */
export const createPathLabels = ({ limit }: { readonly limit: number }) => {
  const known = new Set<string>()
  return (target: string, status: number): string => {
    if (status >= 300 && status !== 304) return 'other'
    const path = nameOf(target)
    if (known.has(path)) return path
    if (known.size >= limit) return 'other'
    known.add(path)
    return path
  }
}

const nameOf = (target: string): string => {
  const [path = ''] = target.split('?', 1)
  const segments = path.split('/', API_SEGMENTS + 2).slice(1, API_SEGMENTS + 1)
  const named = segments.map((segment) => (segment === '' || WORD.test(segment) ? segment : '{id}'))
  return `/${(named[0] === 'api' ? named : named.slice(0, 1)).join('/')}`
}
