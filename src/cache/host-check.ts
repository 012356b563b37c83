import { createMemo } from './memo.js'
import { valueOf } from './request-fields.js'

/** Told the header section of a request. */
export type HostCheck = (headers: readonly string[]) => boolean

/** The form that Django's `host_validation_re` wants, whatever ALLOWED_HOSTS has: no empty port, no `_`. */
const HOST = /^([a-z0-9.-]+|\[[a-f0-9]*:[a-f0-9.:]+\])(?::[0-9]+)?$/

/**
 * Whether a request is for one of these hosts, in the form of Django's ALLOWED_HOSTS: a name, `.name` for a domain with
 * all below it, or `*`. The origin answers 400 to others, so that nothing from the cache may be theirs. `undefined` without any.
 */
export const createHostCheck = (allowed: readonly string[]): HostCheck | undefined => {
  if (allowed.length === 0) return undefined
  const names = allowed.map((name) => name.toLowerCase())
  const isNamed = (host: string): boolean =>
    names.some((name) => name === '*' || host === name || (name.startsWith('.') && `.${host}`.endsWith(name)))
  const isAllowed = (sent: string): boolean => {
    const [, host] = HOST.exec(sent.toLowerCase()) ?? []
    return host !== undefined && isNamed(host.replace(/\.$/, ''))
  }
  const known = createMemo<boolean>(200)
  return (headers) => {
    const sent = valueOf(headers, 'host') ?? ''
    return known.get(sent) ?? known.set(sent, isAllowed(sent))
  }
}
