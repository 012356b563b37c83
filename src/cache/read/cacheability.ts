import type { BypassReason } from '../../http/cache-status.js'
import { isJsonAcceptable } from '../../http/accept.js'
import { chooseLanguage } from '../../http/accept-language.js'
import { valuesOf } from '../../http/fields.js'
import { delimit } from '../identity/digest.js'
import { createLru } from '../lru.js'
import type { Languages, ReadMatch, Resource, ResourceTable } from '../resource.js'
import { expandKey, NO_QUERY, queryKey, varyKey } from './cache-key.js'
import type { HostCheck } from './host-check.js'
import type { RequestFields } from './request-fields.js'

/** What is to be done with a read, decided from the request and the table alone. */
export type Cacheability = Bypass | Cacheable

export interface Bypass {
  readonly kind: 'bypass'
  readonly reason: BypassReason
  /** `undefined` where no row matches. */
  readonly resource: Resource | undefined
}

/** The row of a request, and the key of its entry. */
export interface Cacheable extends ReadMatch {
  readonly kind: 'lookup'
  readonly key: string
  /** The key without what was added for this request's headers and query: a tag of the entry. */
  readonly baseKey: string
  /** In which the origin is asked to answer, where the row names languages. */
  readonly language: string | undefined
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
  if (match === undefined || fields.hasBody) return bypass('no-resource', undefined)
  const { resource, parameters, pathSuffix } = match
  const host = checkHost?.(headers) ?? 'plain'
  if (host === 'refused') return bypass('host', resource)
  const query = queryAt < 0 ? NO_QUERY : queryKey(target.slice(queryAt + 1), resource)
  if (query.bypass !== undefined) return bypass(query.bypass, resource)
  if (fields.hasRange && resource.isJson) return bypass('range', resource)
  if (resource.isJson && !isAcceptable(fields.accept)) return bypass('html', resource)
  const { identity } = fields
  if (identity === undefined && resource.scope !== 'public') return bypass('no-identity', resource)
  const baseKey = expandKey(resource.key, parameters, identity)
  const language = resource.languages && languageOf(headers, resource.languages)
  const vary = varyKey(resource, headers, { origin: fields.origin, host, language })
  if (vary === undefined) return bypass('vary', resource)
  const key = baseKey + pathSuffix + query.suffix + vary
  return { kind: 'lookup', resource, parameters, pathSuffix, key, baseKey, language }
}

const bypass = (reason: BypassReason, resource: Resource | undefined): Cacheability => ({
  kind: 'bypass',
  reason,
  resource
})

/** RFC 9110 §12.5.1: without the field, anything is. */
const isAcceptable = (accept = '*/*'): boolean => accepts.get(accept) ?? accepts.memo(accept)

const languageOf = (headers: readonly string[], languages: Languages): string => {
  const fields = valuesOf(headers, 'accept-language')
  const field = fields.length === 0 ? undefined : fields.join(',')
  const text = delimit([field ?? '', ...languages])
  return choices.get(text) ?? choices.memo(text, { context: { field, languages } })
}

const choices = createLru<string, { readonly field: string | undefined; readonly languages: Languages }>(
  200,
  (_, { field, languages }) => chooseLanguage(field, languages)
)

const accepts = createLru(200, isJsonAcceptable)
