import type { BypassReason } from '../../http/cache-status.js'
import { isJsonAcceptable } from '../../http/accept.js'
import { valuesOf } from '../../http/fields.js'
import { delimit, digest } from '../identity/digest.js'
import { createLru } from '../lru.js'
import type { ReadMatch, Resource, ResourceTable } from '../resource.js'
import type { HostCheck, HostKind } from './host-check.js'
import type { RequestFields } from './request-fields.js'

/** What is to be done with a read, decided from the request and the table alone. */
export type Cacheability =
  { readonly kind: 'bypass'; readonly reason: BypassReason; readonly resource: string } | Cacheable

/** The row of a request, and the key of its entry. */
export interface Cacheable extends ReadMatch {
  readonly kind: 'lookup'
  readonly key: string
  /** The key without what was added for this request's headers and query: a tag of the entry. */
  readonly baseKey: string
}

export interface ReadHead {
  /** Path and query in origin form. */
  readonly target: string
  readonly headers: readonly string[]
}

export interface CacheabilityRules {
  readonly table: ResourceTable
  /** None: every host may be answered from the cache. */
  readonly checkHost?: HostCheck | undefined
}

export const cacheabilityOf = (
  { table, checkHost }: CacheabilityRules,
  request: ReadHead,
  fields: RequestFields
): Cacheability => {
  const { target, headers } = request
  const queryAt = target.indexOf('?')
  const match = table.matchRead(queryAt < 0 ? target : target.slice(0, queryAt))
  if (match === undefined || fields.hasBody) return bypass('no-resource', 'none')
  const { resource, parameters } = match
  const host = checkHost?.(headers) ?? 'plain'
  if (host === 'refused') return bypass('host', resource.name)
  const query = queryAt < 0 ? NO_QUERY : readQuery(target.slice(queryAt + 1), resource)
  if (query.bypass !== undefined) return bypass(query.bypass, resource.name)
  if (fields.hasRange) return bypass('range', resource.name)
  if (!isAcceptable(fields.accept)) return bypass('html', resource.name)
  const { identity } = fields
  if (identity === undefined && resource.scope !== 'public') return bypass('no-identity', resource.name)
  const baseKey = resource.key.expand(parameters, identity)
  const vary = varyKey(resource, headers, { origin: fields.origin, host })
  if (vary === undefined) return bypass('vary', resource.name)
  const key = baseKey + query.suffix + vary
  return { kind: 'lookup', resource, parameters, key, baseKey }
}

const bypass = (reason: BypassReason, resource: string): Cacheability => ({
  kind: 'bypass',
  reason,
  resource
})

interface QueryPlan {
  readonly bypass: 'search' | 'query' | undefined
  readonly suffix: string
}

const NO_QUERY: QueryPlan = { bypass: undefined, suffix: '' }

/**
 * Whether the query bypasses; else the parameters that belong to the key, names in one order whatever the
 * request's, each as it was written.
 */
const readQuery = (query: string, resource: Resource): QueryPlan => {
  const pairs = query
    .split('&')
    .filter((text) => text !== '')
    .map((text) => ({ text, name: [...new URLSearchParams(text).keys()][0] ?? '' }))
  if (pairs.some(({ name }) => resource.bypassOn.includes(name))) return { bypass: 'search', suffix: '' }
  if (pairs.some(({ name }) => !resource.query.includes(name))) return { bypass: 'query', suffix: '' }
  if (pairs.length === 0) return NO_QUERY
  pairs.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
  return { bypass: undefined, suffix: `:~${digest(delimit(['query', ...pairs.map(({ text }) => text)]))}` }
}

/**
 * The headers a row varies on, and `Origin` whenever it is sent: an answer to another site's page carries
 * that site's `Access-Control-Allow-Origin`. `undefined` for a value that the row has no entries for: else anybody
 * could fill the store with copies of one answer.
 */
const varyKey = (
  resource: Resource,
  headers: readonly string[],
  { origin, host }: { readonly origin: string | undefined; readonly host: HostKind }
): string | undefined => {
  if (resource.vary.length === 0 && origin === undefined) return ''
  const values: string[] = []
  for (const variation of resource.vary) {
    const sent = valuesOf(headers, variation.name)
    if (variation.name === 'host' && host === 'odd') return undefined
    if (
      variation.values.length > 0 &&
      !sent.every((value, at) => at === 0 && variation.values.includes(value))
    )
      return undefined
    values.push(delimit(sent))
  }
  const text = delimit(['vary', ...values, origin ?? ''])
  return varyKeys.get(text) ?? varyKeys.memo(text)
}

const varyKeys = createLru(200, (text) => `:~${digest(text)}`)

/** RFC 9110 §12.5.1: without the field, anything is. */
const isAcceptable = (accept = '*/*'): boolean => accepts.get(accept) ?? accepts.memo(accept)

const accepts = createLru(200, isJsonAcceptable)
