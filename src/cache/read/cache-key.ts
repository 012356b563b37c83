import { valuesOf } from '../../http/fields.js'
import { delimit, digest } from '../identity/digest.js'
import { createLru } from '../lru.js'
import type { KeyPart, KeyTemplate, Parameters, QueryParameter, Resource } from '../resource.js'
import type { HostKind } from './host-check.js'

/**
 * The key of an entry: the row's own (`user:5:profile`), then what the query adds, then what the headers add. What tells
 * two answers apart must be in it; what else is in it only stores one answer twice.
 */
export const expandKey = (
  { parts }: KeyTemplate,
  parameters: Parameters,
  identity: string | undefined
): string => {
  let key = ''
  for (const part of parts) key += textOf(part, parameters, identity)
  return key
}

const textOf = (part: KeyPart, parameters: Parameters, identity: string | undefined): string => {
  if (part.kind === 'text') return part.text
  const text = part.kind === 'parameter' ? parameters[part.name] : identity
  if (text === undefined) throw new TypeError('a key was expanded for a request that its row does not match')
  return text
}

/** What a query adds to a key, or why it bypasses. */
export interface QueryPart {
  readonly bypass: 'search' | 'query' | undefined
  readonly suffix: string
}

export const NO_QUERY: QueryPart = { bypass: undefined, suffix: '' }

/**
 * Whether the query bypasses; else the parameters that belong to the key, names in one order whatever the
 * request's, each as it was written.
 */
export const queryKey = (query: string, resource: Resource): QueryPart => {
  const { query: known } = resource
  if (known === 'whole' && resource.bypassOn.length === 0) return wholeQuery(query)
  const pairs = query
    .split('&')
    .filter((text) => text !== '')
    .map((text) => ({ text, name: [...new URLSearchParams(text).keys()][0] ?? '' }))
  if (pairs.some(({ name }) => resource.bypassOn.includes(name))) return { bypass: 'search', suffix: '' }
  if (known === 'whole') return wholeQuery(query)
  if (!pairs.every((pair) => isInKey(pair, pairs, known))) return { bypass: 'query', suffix: '' }
  if (pairs.length === 0) return NO_QUERY
  pairs.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
  return { bypass: undefined, suffix: `:~${digest(delimit(['query', ...pairs.map(({ text }) => text)]))}` }
}

const wholeQuery = (query: string): QueryPart =>
  query === '' ? NO_QUERY : { bypass: undefined, suffix: `:~${digest(delimit(['whole query', query]))}` }

interface Pair {
  /** As it was written. */
  readonly text: string
  readonly name: string
}

/**
 * A number has one spelling and is given once: else anybody could fill the store with copies of one answer. The end of a
 * list is the backend's, so that a maximum is what bounds them.
 */
const isInKey = (
  { text, name }: Pair,
  pairs: readonly Pair[],
  parameters: readonly QueryParameter[]
): boolean => {
  const parameter = parameters.find((each) => each.name === name)
  if (parameter === undefined) return false
  if (parameter.maximum === undefined) return true
  const value = text.slice(name.length + 1)
  return (
    text === `${name}=${value}` &&
    /^[1-9]\d{0,8}$/.test(value) &&
    Number(value) <= parameter.maximum &&
    pairs.filter((other) => other.name === name).length === 1
  )
}

/** Of a request. */
export interface Varied {
  readonly origin: string | undefined
  readonly host: HostKind
  /** In which it is to be answered, where its row names languages. */
  readonly language: string | undefined
}

/**
 * The headers a row varies on, and `Origin` whenever it is sent: an answer to another site's page carries
 * that site's `Access-Control-Allow-Origin`. `undefined` for a value that the row has no entries for: else anybody
 * could fill the store with copies of one answer.
 */
export const varyKey = (
  resource: Resource,
  headers: readonly string[],
  { origin, host, language }: Varied
): string | undefined => {
  if (resource.vary.length === 0 && origin === undefined && language === undefined) return ''
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
  const text = delimit(['vary', ...values, origin ?? '', ...(language === undefined ? [] : [language])])
  return varyKeys.get(text) ?? varyKeys.memo(text)
}

const varyKeys = createLru(200, (text) => `:~${digest(text)}`)
