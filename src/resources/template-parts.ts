import type { Pick } from './json.js'

/** A template taken apart. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'identity' }
  | { readonly kind: 'user' }
  | PickPart

export interface PickPart extends Pick {
  readonly kind: 'pick'
  readonly from: 'request' | 'answer'
  /** Written `{any …}`: fills to nothing, once, if there is any such value, and to no tag if there is none. */
  readonly isPresence: boolean
}

export type ParsedTemplate =
  | { readonly outcome: 'parsed'; readonly parts: readonly Part[] }
  | { readonly outcome: 'malformed'; readonly reason: string }

/** Parses text with placeholders: `{id}`, `{identity}`, `{user}`, `{answer.a.*.b}`, `{request.a?}`, `{any answer.a}`. */
export const parseTemplate = (source: string): ParsedTemplate => {
  const parts: Part[] = []
  for (const [piece] of source.matchAll(/\{[^{}]*\}|[^{}]+|[{}]/g)) {
    if (piece === '{' || piece === '}') return malformed(`a brace without its partner in "${source}"`)
    const part = piece.startsWith('{') ? partOf(piece.slice(1, -1)) : { kind: 'text' as const, text: piece }
    if (part === undefined) return malformed(`unknown placeholder ${piece}`)
    parts.push(part)
  }
  return { outcome: 'parsed', parts }
}

export const isMultiValued = (part: Part): boolean =>
  part.kind === 'pick' && !part.isPresence && part.path.includes('*')

const malformed = (reason: string): ParsedTemplate => ({ outcome: 'malformed', reason })

const PICK = /^(any )?(request|answer)((?:\.(?:\*|\w+))+)(\?)?$/

const partOf = (placeholder: string): Part | undefined => {
  if (placeholder === 'identity' || placeholder === 'user') return { kind: placeholder }
  if (/^[a-z]+$/.test(placeholder)) return { kind: 'parameter', name: placeholder }
  const [, any, from, path, optional] = PICK.exec(placeholder) ?? []
  if ((from !== 'request' && from !== 'answer') || path === undefined) return undefined
  const isPresence = any !== undefined
  if (isPresence && optional !== undefined) return undefined
  return {
    kind: 'pick',
    from,
    path: path.slice(1).split('.'),
    isOptional: isPresence || optional !== undefined,
    isPresence
  }
}
