import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'

/** What promtool says to these queries of a dashboard; empty when it takes all of them. */
export const checkQueries = (queries: readonly string[]): string => {
  const rules = queries.map((query, index) => ({ record: `query:${index}`, expr: inForce(query) }))
  return ask('check', { groups: [{ name: 'dashboard', rules }] })
}

/** How a query of a dashboard comes to other samples than these, by promtool's words; empty when it comes to them. */
export const checkSamples = (
  query: string,
  {
    series,
    samples
  }: {
    /** Each with a value for each minute, in promtool's notation. */
    readonly series: Readonly<Record<string, string>>
    /** After ten minutes, by their labels. */
    readonly samples: Readonly<Record<string, number>>
  }
): string =>
  ask('test', {
    tests: [
      {
        interval: '1m',
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        promql_expr_test: [
          {
            expr: inForce(query),
            eval_time: '10m',
            exp_samples: Object.entries(samples).map(([labels, value]) => ({ labels, value }))
          }
        ]
      }
    ]
  })

/** As Grafana sends it. */
const inForce = (query: string): string =>
  query.replaceAll('$__rate_interval', '5m').replaceAll('$namespace', 'spms').replaceAll('$job', 'sidecar')

const ask = (command: 'check' | 'test', content: object): string => {
  const folder = mkdtempSync(join(tmpdir(), 'spms-promtool-'))
  try {
    const file = join(folder, 'rules.yaml')
    writeFileSync(file, stringify(content))
    const { status, stdout, stderr } = spawnSync('promtool', [command, 'rules', file], { encoding: 'utf8' })
    return status === 0 ? '' : `${stdout}${stderr}`
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
