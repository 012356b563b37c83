import { FORGEABLE_FIELDS } from '../../src/doors/proxy/forgeable-fields.js'

/** One field as an attacker sends it. */
export interface Forged {
  /** In lower case, with hyphens. */
  readonly field: string
  readonly name: string
  readonly value: string
}

/** A field, with each spelling that some server reads as it. */
export const SPELLINGS = {
  hyphen: (field: string) => field,
  'upper case': (field: string) => field.toUpperCase(),
  underscore: (field: string) => field.toUpperCase().replaceAll('-', '_'),
  'one underscore': (field: string) => field.replace('-', '_')
} as const

/** A number stands for the record that the attacked row shows. */
export const rowPath = (record: number): string => `/api/v1/users/staffprofiles/${record}/cv`

const HTTPS = ['https', 'ssl', 'on']
const VALUES: Readonly<Record<string, (path: string) => readonly string[]>> = {
  // The path itself, so that the view at `/` runs; a prefix, so that another one does; one that the path does not have.
  'script-name': (path) => [path, '/api/v1', '/zzz'],
  'path-info': () => ['/', '/api/v1/users/me'],
  'x-forwarded-host': () => ['evil.example'],
  'x-forwarded-server': () => ['evil.example'],
  'x-forwarded-port': () => ['8443'],
  'x-forwarded-for': () => ['203.0.113.9'],
  forwarded: () => ['for=203.0.113.9;proto=https;host=evil.example'],
  'remote-user': () => ['admin']
}

const valuesOf = (field: string, path: string): readonly string[] => {
  const values = VALUES[field]
  if (values !== undefined) return values(path)
  if (/method/.test(field)) return ['DELETE']
  return /prefix|script|url$/.test(field) && !/scheme/.test(field) ? ['/zzz', '/api/v1/users/me'] : HTTPS
}

/** Those that are passed on as they are, since the ingress sets them or they tell callers apart: only their underscores are not. */
export const PASSED_ON = ['x-forwarded-proto', 'x-forwarded-for', 'remote-user'] as const

const forgedOf = (fields: readonly string[], record: number, names: readonly (keyof typeof SPELLINGS)[]) =>
  fields.flatMap((field) =>
    [...new Set(names.map((name) => SPELLINGS[name](field)))].flatMap((name) =>
      valuesOf(field, rowPath(record)).map((value): Forged => ({ field, name, value }))
    )
  )

/** Every field in every spelling with every value, whether the sidecar passes it on or not. */
export const everyField = (record: number): readonly Forged[] =>
  forgedOf([...FORGEABLE_FIELDS, ...PASSED_ON], record, [
    'hyphen',
    'upper case',
    'underscore',
    'one underscore'
  ])

/** Those of which nothing may reach the origin. */
export const droppedFields = (record: number): readonly Forged[] => [
  ...forgedOf(FORGEABLE_FIELDS, record, ['hyphen', 'upper case', 'underscore', 'one underscore']),
  ...forgedOf(PASSED_ON, record, ['underscore', 'one underscore'])
]
