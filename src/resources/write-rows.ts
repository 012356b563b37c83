import type { Template, WriteMatch } from '../cache/resource.js'
import type { Labelled } from './check-file.js'
import { shapeOf } from './path-router.js'
import { findRival, parametersOf, reportRepeatedParameters, type Report } from './row-checks.js'
import type { WriteRow } from './schema.js'
import { compileTemplate } from './template.js'
import type { Part } from './template-parts.js'

export interface CompiledWrite {
  readonly methods: readonly string[]
  readonly path: string
  readonly effect: Pick<WriteMatch, 'tags' | 'needsRequestBody' | 'needsAnswerBody'>
}

export interface WriteRules {
  readonly whenUnlistedAt: (path: string) => WriteMatch['whenUnlisted']
  readonly report: Report
}

/** Compiles the write rows; what is wrong with them goes to the report. */
export const compileWrites = (
  rows: readonly Labelled<WriteRow>[],
  { whenUnlistedAt, report }: WriteRules
): readonly CompiledWrite[] =>
  rows.map(({ label, row }, at) => {
    const reportField: Report = (field, reason) => report(`${label}.${field}`, reason)
    const rival = findRival(rows.slice(0, at), (other) => haveCommonWrite(other, row))
    if (rival !== undefined) reportField('path', `matches the same writes as ${rival}`)
    if (whenUnlistedAt(row.path).length === 0) reportField('path', 'lies in no family')
    reportRepeatedParameters(row.path, reportField)
    return { methods: row.methods, path: row.path, effect: compileTags(row, reportField) }
  })

const haveCommonWrite = (one: WriteRow, other: WriteRow): boolean =>
  shapeOf(one.path) === shapeOf(other.path) && one.methods.some((method) => other.methods.includes(method))

const compileTags = (row: WriteRow, report: Report): CompiledWrite['effect'] => {
  const tags: Template[] = []
  const parts: Part[] = []
  for (const [index, source] of row.tags.entries()) {
    const compiled = compileTemplate(source, { use: 'write', parameters: parametersOf(row.path) })
    if (compiled.outcome === 'refused') {
      report(`tags[${index}]`, compiled.reason)
    } else {
      tags.push(compiled.template)
      parts.push(...compiled.parts)
    }
  }
  const needs = (from: 'request' | 'answer'): boolean =>
    parts.some((part) => part.kind === 'pick' && part.from === from)
  return { tags, needsRequestBody: needs('request'), needsAnswerBody: needs('answer') }
}
