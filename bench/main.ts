import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { findCores, pinProcess } from './load/cores.js'
import { OptionsError, readOptions, USAGE, type Options } from './options.js'
import { readEnvironment } from './report/environment.js'
import { tablesOf, targetsOf } from './report/markdown.js'
import type { Outcome, Results } from './report/results.js'
import { readResults, writeReport, type ReportFiles } from './report/write.js'
import type { Bench, Scenario } from './scenario.js'
import { backendScenarios } from './scenarios/backend/index.js'
import { scenarios } from './scenarios/index.js'
import { subjects } from './subjects/index.js'

const main = async (args: readonly string[]): Promise<number> => {
  const options = readOptions(args, { bare: namesOf(scenarios), backend: namesOf(backendScenarios) })
  const files = { folder: fileURLToPath(new URL('.', import.meta.url)), name: fileName(options) }
  if (options.isReport) {
    console.log(`Written: ${(await writeReport(await resultsIn(files), files)).join(', ')}`)
    return 0
  }
  const bench = createBench(options)
  const missing = await missingSubjects()
  for (const line of missing) console.log(`Not found: ${line}`)

  const outcomes: Outcome[] = []
  const all = options.origin === 'backend' ? backendScenarios : scenarios
  for (const scenario of all.filter(({ name }) => options.only?.includes(name) ?? true)) {
    outcomes.push(await run(scenario, bench))
  }
  const results: Results = {
    ranAt: new Date().toISOString(),
    command: ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' '),
    environment: readEnvironment(bench),
    missing,
    scenarios: outcomes
  }
  print(results)
  const paths = await writeReport(results, files)
  console.log(`\nWritten: ${paths.join(', ')}`)
  return outcomes.every(({ kind }) => kind === 'done') ? 0 : 1
}

const namesOf = (all: readonly Scenario[]): readonly string[] => all.map(({ name }) => name)

const resultsIn = async (files: ReportFiles): Promise<Results> => {
  try {
    return await readResults(files)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new OptionsError(`--report: there are no results to read: ${reason}`, { cause })
  }
}

const createBench = ({ isQuick }: Options): Bench => {
  const cores = findCores()
  if (cores !== undefined) pinProcess(cores.load)
  const startedAt = performance.now()
  const progress = (line: string): void => {
    console.log(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(5)} s  ${line}`)
  }
  return { isQuick, cores, progress }
}

/** A scenario that fails does not take the others with it. */
const run = async (scenario: Scenario, bench: Bench): Promise<Outcome> => {
  const { name, title } = scenario
  bench.progress(`${name}: ${title}`)
  try {
    return { name, title, kind: 'done', findings: await scenario.run(bench) }
  } catch (error) {
    bench.progress(`${name} failed: ${inspect(error)}`)
    return { name, title, kind: 'failed', reason: error instanceof Error ? error.message : String(error) }
  }
}

const missingSubjects = async (): Promise<readonly string[]> =>
  (await Promise.all(subjects.map((subject) => subject.missing()))).flatMap((reason) => reason ?? [])

const print = ({ scenarios: outcomes }: Results): void => {
  const findings = outcomes.flatMap((outcome) => (outcome.kind === 'done' ? outcome.findings : []))
  const parts = [...findings.flatMap(tablesOf), ...targetsOf(findings.flatMap(({ targets }) => targets))]
  console.log(`\n${parts.join('\n\n')}`)
}

/** A part of the scenarios, or short rounds, do not overwrite the results of a whole run. */
const fileName = ({ isQuick, only, origin }: Options): string =>
  ['results', ...(origin === 'backend' ? [origin] : []), ...(isQuick ? ['quick'] : []), ...(only ?? [])].join(
    '-'
  )

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof OptionsError)) throw error
  console.error(`${error.message}\n\n${USAGE}`)
  process.exitCode = 1
}
