import type { KeyTemplate, Parameters } from '../cache/resource.js'
import type { Part } from './template-parts.js'

/**
 * Expands a template that may stand as a key: its text is part of a name, a parameter is a canonical number and an
 * identity a digest, so that every key expanded is a name.
 */
export const keyTemplateOf = (source: string, parts: readonly Part[]): KeyTemplate => ({
  source,
  expand: (parameters, identity) => {
    let key = ''
    for (const part of parts) key += textOf(part, parameters, identity)
    return key
  }
})

const textOf = (part: Part, parameters: Parameters, identity: string | undefined): string => {
  if (part.kind === 'text') return part.text
  const text = part.kind === 'parameter' ? parameters[part.name] : identity
  if (text === undefined) throw new TypeError('a key was expanded for a request that its row does not match')
  return text
}
