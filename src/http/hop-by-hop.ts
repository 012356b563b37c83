import { fieldName, valuesOf, withoutFields } from './fields.js'

/**
 * Without the fields that belong to one connection (RFC 9110 §7.6.1) and those that `Connection` names.
 * Everything else keeps its order, its spelling and its repetitions. `Connection` cannot take away what a
 * message needs, nor what is to be kept: an entry's key counts it.
 */
export const withoutHopByHop = (
  headers: readonly string[],
  { without, keep }: { readonly without?: ReadonlySet<string>; readonly keep?: ReadonlySet<string> } = {}
): string[] => {
  const named = namedByConnection(headers)
  return withoutFields(headers, (name) => {
    const lower = name.toLowerCase()
    if (HOP_BY_HOP.has(lower) || without?.has(lower) === true) return true
    return named.includes(lower) && !NEEDED.has(lower) && keep?.has(fieldName(name)) !== true
  })
}

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade'
])

const NEEDED = new Set(['host', 'content-length', 'content-type', 'cookie', 'set-cookie'])

const namedByConnection = (headers: readonly string[]): readonly string[] =>
  valuesOf(headers, 'connection').flatMap((value) =>
    value.split(',').map((name) => name.trim().toLowerCase())
  )
