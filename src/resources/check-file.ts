import { Ajv, type ErrorObject } from 'ajv'
import { isObject } from '../http/body.js'
import { isList } from './json.js'
import {
  type ReadRow,
  type ResourceFile,
  resourceFileSchema,
  type TtlLimits,
  type WriteRow
} from './schema.js'
import { describedBy, printSteps, ruleOf, stepsOf, type Wording } from '../schema/schema-fault.js'

interface CheckedFile {
  readonly problems: readonly string[]
  /** What of the file agrees with the schema, with its defaults filled in: all of it, or less some rows. */
  readonly sound: SoundFile | undefined
}

export interface SoundFile {
  readonly file: ResourceFile
  readonly resources: readonly Labelled<ReadRow>[]
  readonly writes: readonly Labelled<WriteRow>[]
}

export interface Labelled<Row> {
  /** Index and name of the row in the file, as in `resources[3] (user_profile)`. */
  readonly label: string
  readonly row: Row
}

/** Checks a file against its schema. Broken rows are left out, so that the rest can be checked further. */
export const checkFile = (value: unknown, limits: TtlLimits): CheckedFile => {
  const ajv = new Ajv({ allErrors: true, useDefaults: true, verbose: true, allowUnionTypes: true })
  const isResourceFile = ajv.compile<ResourceFile>(resourceFileSchema(limits))
  if (isResourceFile(value)) return { problems: [], sound: labelled(value, () => true) }
  const errors = withoutBranches(isResourceFile.errors ?? [])
  const problems = errors.map((error) => problemOf(error, value))
  const broken = new Set(errors.map((error) => error.instancePath.split('/').slice(1, 3).join('/')))
  const isSound = (section: string, index: number): boolean => !broken.has(`${section}/${index}`)
  const rest = withoutBrokenRows(value, isSound)
  return { problems, sound: isResourceFile(rest) ? labelled(rest, isSound) : undefined }
}

/** A value that fits no form of a field is told once, by what the forms are, or by what lies deeper in it. */
const withoutBranches = (errors: readonly ErrorObject[]): readonly ErrorObject[] => {
  const unions = new Set(
    errors.filter(({ keyword }) => keyword === 'anyOf').map((error) => error.instancePath)
  )
  return errors.filter(({ instancePath, keyword }) => {
    if (!unions.has(instancePath)) return true
    const isDeeper = errors.some((other) => other.instancePath.startsWith(`${instancePath}/`))
    return keyword === 'anyOf' && !isDeeper
  })
}

type RowTest = (section: string, index: number) => boolean

const withoutBrokenRows = (value: unknown, isSound: RowTest): unknown => {
  if (!isObject(value)) return value
  const soundRows = (section: string): unknown => {
    const rows = value[section]
    return isList(rows) ? rows.filter((_, index) => isSound(section, index)) : rows
  }
  return { ...value, resources: soundRows('resources'), writes: soundRows('writes') }
}

/** The rows carry the index that they had before broken ones were left out. */
const labelled = (file: ResourceFile, isSound: RowTest): SoundFile => {
  const label = <Row>(section: string, rows: readonly Row[]): readonly Labelled<Row>[] => {
    let index = -1
    return rows.map((row) => {
      do index++
      while (!isSound(section, index))
      return { label: labelOf(section, index, row), row }
    })
  }
  return { file, resources: label('resources', file.resources), writes: label('writes', file.writes) }
}

/** One error of the schema check as `resources[3] (user_profile).ttl: must be <= 86400, is 100000`. */
const problemOf = (error: ErrorObject, file: unknown): string => {
  const place = placeOf(stepsOf(error), file)
  const rule = `${place === '' ? 'the file' : place}: ${ruleOf(error, WORDING)}`
  return ABOUT_MEMBERS.has(error.keyword) ? rule : `${rule}, is ${shown(error.data)}`
}

/** A row is named by its name, or a write by its path. */
const labelOf = (section: string, index: number, row: unknown): string => {
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
  type: (fault) =>
    Array.isArray(fault.params['type']) ? describedBy((text) => `must be ${text}`)(fault) : undefined,
  anyOf: describedBy((description) => `must be ${description}`),
  pattern: describedBy((description) => `must be ${description}`)
}

const SHOWN_MAX = 60

const shown = (value: unknown): string => {
  const text = value === undefined ? 'undefined' : JSON.stringify(value)
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text
}
