import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { endWithTest, exitOf } from '../../support/children.js'
import { eventually } from '../../support/eventually.js'
import { freePort } from '../../support/free-port.js'
import { get } from '../../support/http.js'
import { at, list, text } from './chart.js'

export const needsPrometheus: string | false =
  spawnSync('prometheus', ['--version']).status === 0
    ? false
    : 'needs prometheus: run `node scripts/check-helm.mjs` first'

export interface Prometheus {
  /** `alert/job` of the alerts that fire now. */
  firing(): Promise<readonly string[]>
  /** Jobs that have been scraped. */
  scraped(): Promise<readonly string[]>
  stop(): Promise<void>
}

/** A Prometheus that scrapes and evaluates every 500 ms. `targets`: by job, addresses such as `http://host:port`. */
export const startPrometheus = async (options: {
  readonly rules: string
  readonly targets: Readonly<Record<string, string>>
}): Promise<Prometheus> => {
  const folder = await mkdtemp(join(tmpdir(), 'spms-prometheus-'))
  const interval = '500ms'
  const configuration = {
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
    rule_files: ['rules.yaml'],
    scrape_configs: Object.entries(options.targets).map(([job, address]) => ({
      job_name: job,
      static_configs: [{ targets: [new URL(address).host] }]
    }))
  }
  await writeFile(join(folder, 'rules.yaml'), options.rules)
  await writeFile(join(folder, 'prometheus.yaml'), stringify(configuration))
  const address = `127.0.0.1:${await freePort()}`
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`
    ],
    { stdio: 'ignore' }
  )
  endWithTest(child)
  const ask = async (path: string): Promise<unknown> => (await get(`http://${address}${path}`)).json()
  await eventually(async () => (await get(`http://${address}/-/ready`)).status === 200)

  return {
    firing: async () =>
      list(await ask('/api/v1/alerts'), 'data/alerts')
        .filter((alert) => at(alert, 'state') === 'firing')
        .map((alert) => {
          const labels = at(alert, 'labels')
          const job = at(labels, 'job') === undefined ? 'any' : text(labels, 'job')
          return `${text(labels, 'alertname')}/${job}`
        })
        .sort(),
    scraped: async () =>
      list(await ask('/api/v1/query?query=spms_cache_store_up'), 'data/result').map((sample) =>
        text(sample, 'metric/job')
      ),
    stop: async () => {
      child.kill()
      await exitOf(child)
      await rm(folder, { recursive: true, force: true })
    }
  }
}
