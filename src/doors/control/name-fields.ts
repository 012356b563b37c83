import { parseName, parsePattern, type ParsedName } from '../../cache/names.js'
import { isPosition, type Position } from '../../cache/position.js'
import { mapInSlices } from '../../concurrency/time-slices.js'
import { badInput } from '../problem.js'

/** Reads the names in a request; throws the problem that names the field. */
export interface NameFields {
  /** A key or a tag. */
  name(text: string, field: string): string
  /** In slices, as they may be thousands. */
  names(texts: readonly string[], field: string): Promise<string[]>
  patterns(texts: readonly string[], field: string): Promise<string[]>
}

export const createNameFields = (prefix: string): NameFields => {
  const name: NameFields['name'] = (text, field) => valid(parseName(text, prefix), field)
  return {
    name,
    names: (texts, field) => mapInSlices(texts, (text, at) => name(text, `${field}[${at}]`)),
    patterns: (texts, field) =>
      mapInSlices(texts, (text, at) => valid(parsePattern(text, prefix), `${field}[${at}]`))
  }
}

export const readPosition = (text: string | undefined): Position | undefined => {
  if (text !== undefined && !isPosition(text)) throw badInput('position', 'is none that this cache has given')
  return text
}

const valid = (parsed: ParsedName, field: string): string => {
  if (parsed.outcome === 'invalid') throw badInput(field, parsed.reason)
  return parsed.name
}
