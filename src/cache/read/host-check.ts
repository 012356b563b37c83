import { valueOf } from '../../http/fields.js'
import { createLru } from '../lru.js'

/**
 * `refused`: the origin answers 400 to it, so that nothing from the cache may be its. `odd`: allowed, but one of any number
 * of spellings of one host (a port that the list does not have, upper case, a dot at its end): no row has entries for each.
 */
export type HostKind = 'plain' | 'odd' | 'refused'

/** Told the header section of a request. */
export type HostCheck = (headers: readonly string[]) => HostKind

/** The form that Django's `host_validation_re` wants, whatever ALLOWED_HOSTS has: no empty port, no `_`. */
const HOST = /^([a-z0-9.-]+|\[[a-f0-9]*:[a-f0-9.:]+\])(?::[0-9]+)?$/

/**
 * Whether a request is for one of these hosts, in the form of Django's ALLOWED_HOSTS: a name, `.name` for a domain with
 * all below it, or `*`; beyond Django also with a port. `undefined` without any.
 */
export const createHostCheck = (allowed: readonly string[]): HostCheck | undefined => {
  if (allowed.length === 0) return undefined
  const names = allowed.map((name) => name.toLowerCase())
  const isNamed = (host: string): boolean =>
    names.some((name) => name === '*' || host === name || (name.startsWith('.') && `.${host}`.endsWith(name)))

  const kindOf = (sent: string): HostKind => {
    const lower = sent.toLowerCase()
    const [, host] = HOST.exec(lower) ?? []
    if (host === undefined) return 'refused'
    const name = host.replace(/\.$/, '')
    if (names.includes(lower)) return sent === lower ? 'plain' : 'odd'
    if (!isNamed(name)) return 'refused'
    return sent === name ? 'plain' : 'odd'
  }

  const known = createLru(200, kindOf)
  return (headers) => {
    const sent = valueOf(headers, 'host') ?? ''
    return known.get(sent) ?? known.memo(sent)
  }
}
