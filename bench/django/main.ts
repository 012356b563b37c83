// `npm run bench:django -- [--quick] [--only pages|calls]`: the backend of `clients/django` beside no cache, django-redis and
// read-through. Ten minutes; the results of a whole run are written to `clients/django/bench/results.md`.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { PYTHON } from '../../test/backend/start-database.js'
import { readEnvironment } from '../report/environment.js'
import { tablesOf } from '../report/markdown.js'
import { findingsIn, type Results } from '../report/results.js'
import { writeReport } from '../report/write.js'
import type { Scenario, Table } from '../scenario.js'
import { measureCalls } from './calls.js'
import { measurePages } from './pages.js'

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } }
})

const startedAt = performance.now()
const progress = (line: string): void =>
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(5)} s  ${line}`)
const options = { isQuick: values.quick, progress }

const findings = (tables: readonly Table[]) => ({ tables, charts: [], targets: [] })
const scenarios: readonly Pick<Scenario, 'name' | 'title' | 'run'>[] = [
  {
    name: 'pages',
    title: 'Pages of the same Django on the same records',
    run: async () => findings(await measurePages(options))
  },
  {
    name: 'calls',
    title: 'One call of the cache',
    run: async () => findings(await measureCalls(options))
  }
]

const chosen = scenarios.filter(({ name }) => name === (values.only ?? name))
if (chosen.length === 0) throw new Error(`--only: there is no '${values.only ?? ''}', but pages and calls.`)

/** The machine is that of the other benchmarks; nothing is pinned: four kinds of processes share the cores. */
const environment = (): Results['environment'] => [
  ...readEnvironment({ cores: undefined }).filter(([label]) => label !== 'pinned'),
  ['Python', execFileSync(PYTHON, ['-c', PRINT_VERSIONS], { encoding: 'utf8' }).trim()]
]
const PRINT_VERSIONS = `
import platform
from importlib.metadata import version
names = ('Django', 'djangorestframework', 'gunicorn', 'psycopg', 'django-redis', 'redis', 'hiredis')
print(platform.python_version(), *(f'{name} {version(name)}' for name in names), sep=', ')`

const outcomes: Results['scenarios'][number][] = []
const bench = { isQuick: values.quick, cores: undefined, progress }
for (const { name, title, run } of chosen)
  outcomes.push({ name, title, kind: 'done', findings: await run(bench) })
const results: Results = {
  ranAt: new Date().toISOString(),
  command: [
    'npm run bench:django',
    ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])
  ].join(' '),
  environment: environment(),
  missing: [],
  scenarios: outcomes
}
console.log(`\n${findingsIn(results).flatMap(tablesOf).join('\n\n')}`)
const isWhole = !values.quick && values.only === undefined
const files = await writeReport(results, {
  folder: join(import.meta.dirname, '..', '..', 'clients', 'django', 'bench'),
  name: isWhole ? 'results' : 'results-part'
})
console.log(`\nWritten: ${files.join(', ')}`)
