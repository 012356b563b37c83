import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { markdownTable } from 'markdown-table'
import type { Results } from './suite.js'

/** What is taken of the suite's own modules. */
interface SuiteTest {
  readonly id: string
  readonly kind?: 'required' | 'optimal' | 'check'
  readonly browser_only?: boolean
}

interface Group {
  readonly tests: readonly SuiteTest[]
}

type Judge = (groups: readonly Group[], id: string, results: Results) => readonly string[]

interface Published {
  readonly file: string
  readonly name: string
  readonly type: string
  readonly version: string
}

export interface Report {
  /** How many tests of each kind pass, as a row of the table. */
  row(name: string, results: Results): readonly string[]
  /** A line for each required or optimal test that does not pass. */
  failures(results: Results): readonly string[]
  /** The rows of caches whose results the suite carries. */
  published(): Promise<readonly (readonly string[])[]>
}

const KINDS = ['required', 'optimal'] as const

/** Counts as the suite does: a test whose precondition fails does not pass. */
export const openReport = async (suite: string): Promise<Report> => {
  const load = async <Module>(path: string): Promise<Module> =>
    (await import(pathToFileURL(join(suite, path)).href)) as Module
  const { default: groups } = await load<{ default: readonly Group[] }>('tests/index.mjs')
  const { determineTestResult } = await load<{ determineTestResult: Judge }>('test-engine/lib/results.mjs')
  const tests = groups.flatMap(({ tests: all }) => all).filter((test) => test.browser_only !== true)
  const isPassed = ({ id }: SuiteTest, results: Results): boolean =>
    PASSED.has(determineTestResult(groups, id, results)[2] ?? '')
  const ofKind = (kind: string): readonly SuiteTest[] =>
    tests.filter((test) => (test.kind ?? 'required') === kind)

  const row: Report['row'] = (name, results) => [
    name,
    ...KINDS.map((kind) => {
      const all = ofKind(kind)
      return `${all.filter((test) => isPassed(test, results)).length} of ${all.length}`
    })
  ]
  return {
    row,
    failures: (results) =>
      KINDS.flatMap((kind) =>
        ofKind(kind)
          .filter((test) => !isPassed(test, results))
          .map(({ id }) => `${kind} ${id}: ${whyNot(results[id])}`)
      ),
    published: async () => {
      const { default: caches } = await load<{ default: readonly Published[] }>('results/index.mjs')
      return Promise.all(
        caches
          .filter(({ type }) => type !== 'browser')
          .map(async ({ file, name, version }) => {
            const text = await readFile(join(suite, 'results', file), 'utf8')
            return row(`${name} ${version}, published`, JSON.parse(text) as Results)
          })
      )
    }
  }
}

/** The suite's signs for a test that passes. */
const PASSED = new Set(['✅', 'Y'])

const whyNot = (result: Results[string] | undefined): string =>
  result === true ? 'a test that it depends on does not pass' : (result?.[1] ?? 'was not run')

export const tableOf = (rows: readonly (readonly string[])[]): string =>
  markdownTable([['cache', ...KINDS], ...rows])
