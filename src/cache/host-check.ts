import { valueOf } from './request-fields.js'

/** Told the header section of a request. */
export type HostCheck = (headers: readonly string[]) => boolean

/**
 * Whether a request is for one of these hosts, in the form of Django's ALLOWED_HOSTS: a name, `.name` for a domain with
 * all below it, or `*`. The origin answers 400 to others, so that nothing from the cache may be theirs. `undefined` without any.
 */
export const createHostCheck = (allowed: readonly string[]): HostCheck | undefined => {
  if (allowed.length === 0 || allowed.includes('*')) return undefined
  const names = allowed.map((name) => name.toLowerCase())
  return (headers) => {
    const host = (valueOf(headers, 'host') ?? '').replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase()
    return names.some((name) => host === name || (name.startsWith('.') && `.${host}`.endsWith(name)))
  }
}
