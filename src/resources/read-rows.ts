import { fieldName } from '../http/fields.js'
import { NEVER_STORED } from '../cache/read/storable.js'
import type { Languages, ReadMatch, Resource, Variation } from '../cache/resource.js'
import { groupTag } from '../cache/tags.js'
import type { Labelled } from './check-file.js'
import { shapeOf, type Route } from './path-router.js'
import {
  canBeEqual,
  findRival,
  parametersOf,
  reportRepeatedParameters,
  reportUnknownFamilies,
  type Report
} from './row-checks.js'
import type { ReadRow } from './schema.js'
import { compileTemplate, keyTemplateOf } from './template.js'
import type { TemplateUse } from './template-rules.js'

/** What holds for every row. */
export interface RowSettings {
  /** Request headers, lower case, that every row varies on: the ingress sets them, and an answer may show them. */
  readonly trustedHeaders?: readonly string[]
  /** Whether protected answers are to be `private, no-cache` where the origin says nothing. */
  readonly isPrivateNoCache?: boolean
}

interface ReadRules {
  readonly families: readonly string[]
  readonly settings: RowSettings
  readonly report: Report
}

type ReadRoute = Route<Pick<ReadMatch, 'resource'>>

/** Compiles the read rows; what is wrong with them goes to the report. */
export const compileReads = (
  rows: readonly Labelled<ReadRow>[],
  { families, settings, report }: ReadRules
): readonly ReadRoute[] => {
  reportRivals(rows, report)
  return rows.flatMap(({ label, row }) => {
    const reportField: Report = (field, reason) => report(`${label}.${field}`, reason)
    reportRepeatedParameters(row.path, reportField)
    reportUnknownFamilies(row.families, { known: families, report: reportField })
    reportUnprotected(row, reportField)
    return compileRow(row, settings, reportField)
  })
}

const compileRow = (
  row: ReadRow,
  { trustedHeaders = [], isPrivateNoCache = false }: RowSettings,
  report: Report
): readonly ReadRoute[] => {
  const compile = (use: TemplateUse, source: string, field: string) => {
    const place = { use, parameters: parametersOf(row.path), scope: row.scope }
    const compiled = compileTemplate(source, place)
    if (compiled.outcome === 'compiled') return compiled
    report(field, compiled.reason)
    return undefined
  }
  const key = compile('key', row.key, 'key')
  const tags = row.tags.flatMap((source, index) => compile('tag', source, `tags[${index}]`)?.template ?? [])
  const userNumber = row.caller === undefined ? undefined : compile('caller', row.caller, 'caller')?.template
  if (new Set(row.languages.map((name) => name.toLowerCase())).size < row.languages.length)
    report('languages', 'names one twice, in other letters')
  if (key === undefined) return []
  const resource: Resource = {
    name: row.name,
    route: row.path,
    scope: row.scope,
    ttlMs: row.ttl === 'origin' ? 0 : row.ttl * 1000,
    staleWhileRevalidateMs: row.staleWhileRevalidate * 1000,
    staleIfErrorMs: row.staleIfError * 1000,
    key: keyTemplateOf(row.key, key.parts),
    tags,
    query: queryOf(row.query),
    bypassOn: row.bypassOn,
    vary: [...variationsOf(row.vary), ...variationsOf([...trustedHeaders])],
    isCompressed: row.compress,
    languages: languagesOf(row.languages),
    groupTags: row.families.map(groupTag),
    isJson: row.contentType === 'json',
    statuses: row.statuses === '*' ? 'any' : row.statuses,
    sharesAuthorized: row.sharesAuthorized,
    cacheControl: isPrivateNoCache && row.scope !== 'public' ? 'private, no-cache' : undefined,
    auditIgnores: row.audit.ignore.map((field) => field.split('.')),
    userNumber
  }
  return [{ path: row.path, row: { resource } }]
}

/** An answer that is no 200 with JSON, such as a page to sign on with, would prove that its caller is signed in. */
const reportUnprotected = (
  { scope, contentType, statuses, sharesAuthorized }: ReadRow,
  report: Report
): void => {
  if (Array.isArray(statuses)) {
    for (const [at, status] of statuses.entries())
      if (NEVER_STORED.has(status)) report(`statuses[${at}]`, `${status} is never stored`)
  }
  if (scope === 'public') return
  const isPlain = Array.isArray(statuses) && statuses.every((status) => status === 200)
  if (contentType !== 'json') report('contentType', `must be json because the scope is ${scope}`)
  if (!isPlain) report('statuses', `must be [200] because the scope is ${scope}`)
  if (sharesAuthorized) report('sharesAuthorized', `is for the scope public, and the scope is ${scope}`)
}

const queryOf = (query: ReadRow['query']): Resource['query'] => {
  if (query === '*') return 'whole'
  return Array.isArray(query)
    ? query.map((name) => ({ name, maximum: undefined }))
    : Object.entries(query).map(([name, maximum]) => ({ name, maximum }))
}

const languagesOf = ([first, ...others]: readonly string[]): Languages | undefined =>
  first === undefined ? undefined : [first, ...others]

/** The names in the form that they are compared in. */
const variationsOf = (vary: ReadRow['vary']): readonly Variation[] =>
  Array.isArray(vary)
    ? vary.map((name) => ({ name: fieldName(name), values: [] }))
    : Object.entries(vary).map(([name, values]) => ({ name: fieldName(name), values }))

/** One path must have one row, and one key must come from one row: else one row's entry would answer for another's. */
const reportRivals = (rows: readonly Labelled<ReadRow>[], report: Report): void => {
  for (const [at, { label, row }] of rows.entries()) {
    const earlier = rows.slice(0, at)
    const samePath = findRival(earlier, (other) => shapeOf(other.path) === shapeOf(row.path))
    if (samePath !== undefined) report(`${label}.path`, `matches the same paths as ${samePath}`)
    const sameKey = findRival(earlier, (other) => canBeEqual(other.key, row.key))
    if (sameKey !== undefined) report(`${label}.key`, `can be the same key as in ${sameKey}`)
  }
}
