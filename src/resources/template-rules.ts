import { NAME_MAX_BYTES, parseName } from '../cache/names.js'
import type { Scope } from '../cache/resource.js'
import { isMultiValued, type Part } from './template-parts.js'

export interface TemplatePlace {
  readonly use: TemplateUse
  /** The names in the row's path. */
  readonly parameters: readonly string[]
  /** Of a read row. */
  readonly scope?: Scope
}

/** A key, a tag of an entry, the caller's own number, or a tag that a write invalidates. */
export type TemplateUse = 'key' | 'tag' | 'caller' | 'write'

interface Written {
  readonly source: string
  readonly parts: readonly Part[]
}

/** Why the template may not stand in its place; `undefined` when it may. */
export const faultOf = (written: Written, place: TemplatePlace): string | undefined => {
  for (const part of written.parts) {
    const fault = faultOfPart(part, place)
    if (fault !== undefined) return fault
  }
  if (written.parts.filter(isMultiValued).length > 1) return 'has more than one placeholder with *'
  return RULES[place.use](written, place)
}

const faultOfPart = (part: Part, { use, parameters, scope }: TemplatePlace): string | undefined => {
  switch (part.kind) {
    case 'text':
      return faultOfText(part.text)
    case 'parameter':
      return parameters.includes(part.name) ? undefined : `unknown placeholder {${part.name}}`
    case 'identity':
      if (use === 'key')
        return scope === 'identity' ? undefined : `has {identity} but the scope is ${scope ?? ''}`
      return use === 'write' ? undefined : 'cannot use {identity}'
    case 'user':
      if (use === 'tag') {
        return scope === 'identity' ? undefined : `has {user} but the scope is ${scope ?? ''}`
      }
      return use === 'write' ? undefined : 'cannot use {user}'
    case 'pick':
      return PICKS[use].includes(part.from) ? undefined : `cannot use {${part.from}}`
  }
}

/** Other text may come before and after it, so that it is looked at within a name. */
const faultOfText = (text: string): string | undefined => {
  const parsed = parseName(`_${text}`, '')
  return parsed.outcome === 'valid' ? undefined : parsed.reason
}

const PICKS: Readonly<Record<TemplateUse, readonly string[]>> = {
  key: [],
  tag: ['answer'],
  caller: ['answer'],
  write: ['request', 'answer']
}

type Rule = (written: Written, place: TemplatePlace) => string | undefined

/** What tells requests apart must tell their keys apart: else one record's entry would answer for another's. */
const keyRule: Rule = ({ source, parts }, { scope, parameters }) => {
  if (source.startsWith('@')) return 'must not start with @'
  if (longestOf(parts) > NAME_MAX_BYTES) return `can get longer than ${NAME_MAX_BYTES} bytes`
  const missing = parameters.find(
    (name) => !parts.some((part) => part.kind === 'parameter' && part.name === name)
  )
  if (missing !== undefined) return `needs {${missing}} because the path has it`
  return scope === 'identity' && !parts.some((part) => part.kind === 'identity')
    ? 'needs ~{identity} because the scope is identity'
    : undefined
}

/** In bytes: what stands for text is a number of at most 18 digits, or a digest of 22 characters. */
const longestOf = (parts: readonly Part[]): number =>
  parts.reduce((bytes, part) => bytes + (part.kind === 'text' ? Buffer.byteLength(part.text) : 22), 0)

/** Without its number a caller's tag becomes the one constant that every `user:…` invalidation reaches. */
const tagRule: Rule = ({ source, parts }) => {
  if (source.startsWith('@')) return 'must not start with @'
  return parts.some((part) => part.kind === 'user') && !source.startsWith('user:{user}')
    ? 'must begin with user:{user}'
    : undefined
}

const callerRule: Rule = ({ parts }) => {
  const [only] = parts
  const isOneValue = parts.length === 1 && only?.kind === 'pick' && !only.isOptional && !isMultiValued(only)
  return isOneValue ? undefined : 'must be one value of the answer, as in {answer.id}'
}

const RULES: Readonly<Record<TemplateUse, Rule>> = {
  key: keyRule,
  tag: tagRule,
  caller: callerRule,
  write: tagRule
}
