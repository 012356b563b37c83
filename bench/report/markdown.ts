import { markdownTable } from 'markdown-table'
import type { Cell, Findings, Table, Target } from '../scenario.js'
import { formatCell } from './number.js'
import { findingsIn, type Outcome, type Results } from './results.js'

/** The whole report; `chart` is the file of the charts beside it, `remarks` what a person has to say about it. */
export const markdownOf = (results: Results, chart: string, remarks: string | undefined): string =>
  [
    '# Results of the benchmarks',
    `\`${results.command}\`, ${results.ranAt}.`,
    ...list(results.environment.map(([label, value]) => `**${label}**: ${value}`)),
    ...(results.missing.length > 0 ? ['Not measured here:', ...list(results.missing)] : []),
    ...(remarks === undefined ? [] : [remarks.trim()]),
    ...targetsOf(findingsIn(results).flatMap(({ targets }) => targets)),
    ...(findingsIn(results).some(({ charts }) => charts.length > 0) ? [`![The charts](${chart})`] : []),
    ...results.scenarios.flatMap(sectionOf)
  ].join('\n\n') + '\n'

const list = (lines: readonly string[]): readonly string[] => [lines.map((line) => `- ${line}`).join('\n')]

export const targetsOf = (targets: readonly Target[]): readonly string[] =>
  targets.length === 0
    ? []
    : [
        '## Targets',
        'Of figures that each round has, ratios among them, it is the median of the rounds that is measured here (least–greatest).',
        tableOf(
          ['', 'aim', 'measured', ''],
          targets.map(({ what, aim, measured, isReached }) => [
            what,
            aim,
            measured,
            isReached ? 'reached' : 'missed'
          ])
        )
      ]

const sectionOf = (outcome: Outcome): readonly string[] => [
  `## ${outcome.title}`,
  ...(outcome.kind === 'done' ? tablesOf(outcome.findings) : [`Failed: ${outcome.reason}`])
]

export const tablesOf = ({ tables }: Findings): readonly string[] =>
  tables.flatMap(({ title, columns, rows, note }: Table) => [
    `### ${title}`,
    tableOf(columns, rows),
    ...(note === undefined ? [] : [note])
  ])

/** All but the first column are right-aligned. */
const tableOf = (columns: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  markdownTable(
    [columns, ...rows.map((row) => row.map(formatCell))].map((row) => [...row]),
    { align: columns.map((_, at) => (at === 0 ? 'l' : 'r')) }
  )
