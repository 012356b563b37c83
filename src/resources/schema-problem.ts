import type { ErrorObject } from 'ajv'
import { descriptionOf, printSteps, ruleOf, stepsOf, type Wording } from '../schema/schema-fault.js'
import { isList, isObject } from './json.js'

/** One error of the schema check as `resources[3] (user_profile).ttl: must be <= 86400, is 100000`. */
export const problemOf = (error: ErrorObject, file: unknown): string => {
  const place = placeOf(stepsOf(error), file)
  const rule = `${place === '' ? 'the file' : place}: ${ruleOf(error, WORDING)}`
  return ABOUT_MEMBERS.has(error.keyword) ? rule : `${rule}, is ${shown(error.data)}`
}

/** A row is named by its name, or a write by its path. */
export const labelOf = (section: string, index: number, row: unknown): string => {
  const name = isObject(row) ? (row['name'] ?? row['path']) : undefined
  return `${section}[${index}]${typeof name === 'string' ? ` (${name})` : ''}`
}

const placeOf = ([section, index, ...rest]: readonly string[], file: unknown): string => {
  if (section === undefined) return ''
  if (index === undefined) return section
  const rows = isObject(file) ? file[section] : undefined
  if (!isList(rows)) return printSteps([section, index, ...rest])
  return printSteps(rest, labelOf(section, Number(index), rows[Number(index)]))
}

/** Of these the value at fault is the object around a member. */
const ABOUT_MEMBERS = new Set(['additionalProperties', 'required'])

const WORDING: Wording = {
  additionalProperties: 'unknown field',
  required: 'is missing',
  pattern: (fault) => {
    const description = descriptionOf(fault)
    return description === undefined ? undefined : `must be ${description}`
  }
}

const SHOWN_MAX = 60

const shown = (value: unknown): string => {
  const text = value === undefined ? 'undefined' : JSON.stringify(value)
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text
}
