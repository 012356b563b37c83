import type { ErrorObject } from 'ajv'
import { isList, isObject } from './json.js'

/** One error of the schema check as `resources[3] (user_profile).ttl: must be <= 86400, is 100000`. */
export const problemOf = (error: ErrorObject, file: unknown): string => {
  const place = placeOf(error.instancePath, file)
  const params: Readonly<Record<string, unknown>> = error.params
  switch (error.keyword) {
    case 'additionalProperties':
      return `${fieldOf(place, params['additionalProperty'])}: unknown field`
    case 'required':
      return `${fieldOf(place, params['missingProperty'])}: is missing`
    default:
      return `${place === '' ? 'the file' : place}: ${ruleOf(error)}, is ${shown(error.data)}`
  }
}

/** A row is named by its name, or a write by its path. */
export const labelOf = (section: string, index: number, row: unknown): string => {
  const name = isObject(row) ? (row['name'] ?? row['path']) : undefined
  return `${section}[${index}]${typeof name === 'string' ? ` (${name})` : ''}`
}

const placeOf = (instancePath: string, file: unknown): string => {
  const [section, index, ...rest] = instancePath.split('/').slice(1).map(unescapePointer)
  if (section === undefined) return ''
  if (index === undefined) return section
  const rows = isObject(file) ? file[section] : undefined
  const head = isList(rows) ? labelOf(section, Number(index), rows[Number(index)]) : fieldOf(section, index)
  return rest.reduce((place, step) => (/^\d+$/.test(step) ? `${place}[${step}]` : fieldOf(place, step)), head)
}

const fieldOf = (place: string, field: unknown): string =>
  place === '' ? String(field) : `${place}.${String(field)}`

/** RFC 6901 §4. */
const unescapePointer = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~')

const ruleOf = ({ keyword, params, parentSchema, message }: ErrorObject): string => {
  if (keyword === 'enum' && isList(params['allowedValues'])) {
    return `must be one of ${params['allowedValues'].join(', ')}`
  }
  const description: unknown = parentSchema?.['description']
  if (keyword === 'pattern' && typeof description === 'string') return `must be ${description}`
  return message ?? 'is not allowed'
}

const SHOWN_MAX = 60

const shown = (value: unknown): string => {
  const text = value === undefined ? 'undefined' : JSON.stringify(value)
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text
}
