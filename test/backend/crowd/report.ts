import { markdownTable } from 'markdown-table'
import type { CrowdReport } from './send-crowd.js'
import type { Shape } from './shapes.js'
import { tally, totalOf, type Tally } from './tally.js'

/** After this many seconds the cache is taken for warm. */
export const WARM_FROM = 400

/** What a crowd met, in Markdown. */
export const reportOf = (shape: Shape, report: CrowdReport): string => {
  const { rows, bypassed, causes, writes } = tally(report)
  const warm = tally(report, WARM_FROM).rows
  const total = totalOf(rows.values())
  const reasons = [...total.reasons].sort(([, one], [, other]) => other - one).map(([reason]) => reason)
  const lineOf = (name: string, all: Tally, later: Tally | undefined): string[] => [
    name,
    `${all.reads}`,
    `${all.hits}`,
    rateOf(all),
    later === undefined ? '' : rateOf(later),
    ...reasons.map((reason) => `${all.reasons.get(reason) ?? ''}`)
  ]
  const table = markdownTable(
    [
      ['row', 'reads', 'hits', 'rate', `after ${WARM_FROM} s`, ...reasons],
      ...[...rows].map(([path, all]) => lineOf(path.replace('/api/v1/', ''), all, warm.get(path))),
      lineOf('**in total**', total, totalOf(warm.values()))
    ],
    { align: ['l', ...Array.from({ length: reasons.length + 4 }, () => 'r')] }
  )
  const { asked, kept, pages, edits, logIns, failures, compared, differences, answered, replaced } = report
  const queries = asked.reduce((sum, each) => sum + each.queries, 0)
  return [
    `## ${shape.title.charAt(0).toUpperCase()}${shape.title.slice(1)}`,
    `${shape.sessions} sessions, ${shape.seconds} s from cold, a visit every ${shape.everySeconds} s each on average; Redis killed after ${Math.round(report.killedAt)} s.`,
    table,
    [
      `- ${pages} pages, ${edits} edits and ${logIns} log-ins, while Redis was killed and ${replaced} workers were replaced: ${failures.length} failed that the backend alone would have served.`,
      `- ${compared} answers were compared with the backend's own: ${differences.length} differed.`,
      `- ${asked.length} requests left the browsers (${kept} reads were answered there): the backend had ${answered.requests} of them, ${saved(answered.requests, asked.length)} were saved.`,
      `- ${queries} database queries without the cache, ${answered.queries} with it: ${saved(answered.queries, queries)} were saved.`
    ].join('\n'),
    `Bypassed: ${listOf(bypassed)}.`,
    `Invalidated, by the only kind of write since the answer was stored: ${listOf(causes)}.`,
    `Writes, log-ins and reads in the form of a POST: ${listOf(writes)}.`,
    ...failures.map((failure) => `FAILED: ${failure}`),
    ...differences.map((path) => `DIFFERED: ${path}`)
  ].join('\n\n')
}

export const rateOf = ({ reads, hits }: Pick<Tally, 'reads' | 'hits'>): string =>
  reads === 0 ? '' : `${Math.round((100 * hits) / reads)} %`

const saved = (left: number, all: number): string => `${Math.round(100 * (1 - left / Math.max(1, all)))} %`

const listOf = (counts: ReadonlyMap<string, number>): string =>
  [...counts].map(([name, count]) => `\`${name}\` ${count}`).join(', ')
