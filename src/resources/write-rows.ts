import type { Template, WriteMatch } from '../cache/resource.js'
import type { Labelled } from './check-file.js'
import { shapeOf } from './path-router.js'
import { findRival, parametersOf, reportRepeatedParameters, type Report } from './row-checks.js'
import type { WriteRow, ResourceFile } from './schema.js'
import { compileTemplate } from './template.js'
import type { Part } from './template-parts.js'
import { groupTag } from '../cache/tags.js'

export interface CompiledWrite {
  readonly methods: readonly string[]
  readonly path: string
  readonly effect: Pick<WriteMatch, 'tags' | 'needsRequestBody' | 'needsAnswerBody'>
}

type WhenUnlistedAt = (path: string) => WriteMatch['whenUnlisted']

/** Compiles the write rows; what is wrong with them goes to the report. */
export const compileWrites = (
  rows: readonly Labelled<WriteRow>[],
  { whenUnlistedAt, report }: { readonly whenUnlistedAt: WhenUnlistedAt; readonly report: Report }
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

/** What a write to a path makes doubtful when nothing narrower is known: every tag group (family) that the path lies in. */
export const createUnlistedWrites = ({ families, everything }: ResourceFile): WhenUnlistedAt => {
  const tagsOf = new Map<string, string[]>()
  for (const [family, prefixes] of Object.entries(families)) {
    for (const prefix of prefixes) tagsOf.set(prefix, [...(tagsOf.get(prefix) ?? []), groupTag(family)])
  }
  const isEverything = new Set(everything)
  return (path) => {
    const tags: string[] = []
    for (const prefix of prefixesOf(path)) {
      if (isEverything.has(prefix)) return 'everything'
      tags.push(...(tagsOf.get(prefix) ?? []))
    }
    return [...new Set(tags)]
  }
}

/** `/a/b` for `/a/b`, `/a/b/` and `/a/b/c`, but not for `/a/bc`. */
const prefixesOf = (path: string): readonly string[] => {
  const segments = path.split('/')
  return segments.map((_, at) => segments.slice(0, at + 1).join('/'))
}
