import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { markdownTable } from 'markdown-table'
import type { Results } from './suite.js'

/** What is taken of the suite's own modules. */
interface SuiteTest {
  readonly id: string
  readonly name: string
  readonly kind?: 'required' | 'optimal' | 'check'
  readonly browser_only?: boolean
}

type Group = { readonly tests: readonly SuiteTest[] }

type Judge = (groups: readonly Group[], id: string, results: Results) => readonly unknown[]

const KINDS = ['required', 'optimal', 'check'] as const

/** Prints how many tests of each kind pass, judged as the suite does, and those of the first two kinds that do not. */
export const printReport = async (suite: string, store: string, results: Results): Promise<void> => {
  const { default: groups } = await load<{ default: readonly Group[] }>(suite, 'tests/index.mjs')
  const { determineTestResult: judge } = await load<{ determineTestResult: Judge }>(
    suite,
    'test-engine/lib/results.mjs'
  )
  const tests = groups.flatMap(({ tests: all }) => all).filter((test) => test.browser_only !== true)
  const verdictOf = ({ id }: SuiteTest): unknown => judge(groups, id, results)[2]
  const isPassed = (test: SuiteTest): boolean => ['✅', 'Y'].includes(String(verdictOf(test)))
  const ofKind = (kind: string) => tests.filter((test) => (test.kind ?? 'required') === kind)
  const count = (kind: string): string => `${ofKind(kind).filter(isPassed).length} of ${ofKind(kind).length}`
  console.log(
    markdownTable([
      ['store', ...KINDS],
      [store, ...KINDS.map(count)]
    ])
  )
  for (const kind of ['required', 'optimal']) {
    for (const test of ofKind(kind)) {
      const result = results[test.id]
      if (!isPassed(test))
        console.log(
          `${kind} ${String(verdictOf(test))} ${test.id}: ${result === true ? 'depends on another' : (result?.[1] ?? '')}`
        )
    }
  }
}

const load = async <Module>(suite: string, path: string): Promise<Module> =>
  (await import(pathToFileURL(join(suite, path)).href)) as Module
