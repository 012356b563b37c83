import { UNKNOWN_USER_TAG } from '../cache/tags.js'
import { isName } from '../cache/names.js'
import {
  ENTRY_TAGS_MAX,
  type KeyPart,
  type KeyTemplate,
  type Template,
  type TemplateValues
} from '../cache/resource.js'
import { isCanonicalNumber } from './path-router.js'
import { pick } from './json.js'
import { faultOf, type TemplatePlace, type TemplateUse } from './template-rules.js'
import { parseTemplate, type Part, type PickPart } from './template-parts.js'

export type CompiledTemplate =
  | { readonly outcome: 'compiled'; readonly template: Template; readonly parts: readonly Part[] }
  | { readonly outcome: 'refused'; readonly reason: string }

export const compileTemplate = (source: string, place: TemplatePlace): CompiledTemplate => {
  const parsed = parseTemplate(source)
  if (parsed.outcome === 'malformed') return { outcome: 'refused', reason: parsed.reason }
  const { parts } = parsed
  const reason = faultOf({ source, parts }, place)
  if (reason !== undefined) return { outcome: 'refused', reason }
  return {
    outcome: 'compiled',
    template: { source, expand: (values) => expand(parts, place.use, values) },
    parts
  }
}

/**
 * An unknown user number makes the tag of an entry with the constant that every `user:…` invalidation reaches;
 * a write cannot say whose entries it means and is not expanded.
 */
const expand = (
  parts: readonly Part[],
  use: TemplateUse,
  values: TemplateValues
): readonly string[] | undefined => {
  const isUserUnknown = values.user === undefined && parts.some((part) => part.kind === 'user')
  if (isUserUnknown && use === 'tag') return [UNKNOWN_USER_TAG]
  let expanded: readonly string[] = ['']
  for (const part of parts) {
    const texts = textsOf(part, values)
    if (texts === undefined) return undefined
    const longer: string[] = []
    for (const head of expanded) for (const text of texts) longer.push(head + text)
    expanded = longer
  }
  return expanded.every(isName) ? expanded : undefined
}

const textsOf = (part: Part, values: TemplateValues): readonly string[] | undefined => {
  switch (part.kind) {
    case 'text':
      return [part.text]
    case 'parameter':
      return knownOnly(values.parameters[part.name])
    case 'identity':
      return knownOnly(values.identity) ?? []
    case 'user':
      return knownOnly(values.user)
    case 'pick':
      return pickedTexts(part, values)
  }
}

const knownOnly = (value: string | undefined): readonly string[] | undefined =>
  value === undefined ? undefined : [value]

/**
 * The origin takes ` 5`, `05` and `5` in a request for the same record; only the last spelling names its tag,
 * so that the others are not expanded. Its own answers have one spelling.
 */
const pickedTexts = (part: PickPart, values: TemplateValues): readonly string[] | undefined => {
  const found = pick(values[part.from], part)
  if (found === undefined) return undefined
  if (part.isPresence) return found.length === 0 ? [] : ['']
  const texts = new Set<string>()
  for (const value of found) {
    const text = textOf(value)
    if (text === undefined || (part.from === 'request' && !isCanonicalNumber(text))) return undefined
    texts.add(text)
  }
  return texts.size > ENTRY_TAGS_MAX ? undefined : [...texts]
}

const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A template that may stand as a key: no other parts are in it. */
export const keyTemplateOf = (source: string, parts: readonly Part[]): KeyTemplate => ({
  source,
  parts: parts.filter((part): part is KeyPart => KEY_PARTS.has(part.kind))
})

const KEY_PARTS: ReadonlySet<Part['kind']> = new Set(['text', 'parameter', 'identity'])
