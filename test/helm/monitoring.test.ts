import { readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'
import { exportedSamples } from './support/exported.js'
import { usesIn } from './support/queries.js'
import { at, isRecord, list, needsHelm, needsPromtool, POD, render, text } from './support/chart.js'
import { checkQueries, checkSamples } from './support/promtool.js'

const skip = needsHelm
const alerts: unknown = parse(readFileSync('helm/files/alerts.yaml', 'utf8'))
const rules = list(alerts, 'groups/0/rules')
const dashboard: unknown = JSON.parse(readFileSync('helm/files/dashboard.json', 'utf8'))
/** Without the rows, which have a title only. */
const panels = list(dashboard, 'panels').filter((panel) => at(panel, 'type') !== 'row')

const isAlert = (rule: unknown): boolean => at(rule, 'alert') !== undefined
const ruleQueries = rules.map((rule) => text(rule, 'expr'))
const panelQueries = panels.flatMap((panel) => list(panel, 'targets').map((target) => text(target, 'expr')))
const variableQueries = list(dashboard, 'templating/list').flatMap((variable) =>
  isRecord(at(variable, 'query')) ? [text(variable, 'query/query')] : []
)

/** Labels that Prometheus gives to what it scrapes, and the label of histogram buckets. */
const TARGET = ['namespace', 'job', 'pod', 'instance']

t.test('queries name what the sidecar exports: metrics, labels and values', async (t) => {
  const exported = await exportedSamples()
  const recorded = rules.filter((rule) => !isAlert(rule)).map((rule) => text(rule, 'record'))
  const queries = [...ruleQueries, ...panelQueries, ...variableQueries]
  t.ok(queries.length > 30)
  for (const query of queries) {
    const { metrics, recordings, grouped } = usesIn(query)
    t.ok(metrics.length + recordings.length > 0, query)
    t.strictSame(
      recordings.filter((name) => !recorded.includes(name)),
      []
    )
    const known = new Set(TARGET)
    for (const { name, matchers } of metrics) {
      const labels = exported.get(name)
      if (!t.ok(labels, `${name} is exported`) || labels === undefined) continue
      for (const label of labels.keys()) known.add(label)
      for (const { label, values } of matchers) {
        if (TARGET.includes(label)) continue
        t.ok(labels.has(label), `${name} has the label ${label}`)
        const missing = values.filter((value) => labels.get(label)?.has(value) !== true)
        t.strictSame(missing, [], `${name}{${label}} can be ${values.join(', ')}`)
      }
    }
    if (metrics.length > 0) {
      t.strictSame(
        grouped.filter((label) => !known.has(label)),
        [],
        query
      )
    }
  }
})

t.test('the dashboard answers its questions, and no panel stands on another', async (t) => {
  const all = list(dashboard, 'panels')
  const isRow = (panel: unknown): boolean => at(panel, 'type') === 'row'
  t.strictSame(
    all.filter(isRow).map((row) => text(row, 'title')),
    ['Is it worth it?', 'Is it right?', 'What should change?', 'Is it well?']
  )
  const cells = all.flatMap((panel) => {
    const [x, y, w, h] = ['x', 'y', 'w', 'h'].map((side) => Number(text(panel, `gridPos/${side}`)))
    return Array.from({ length: (w ?? 0) * (h ?? 0) }, (_, cell) => {
      return `${(x ?? 0) + (cell % (w ?? 1))},${(y ?? 0) + Math.floor(cell / (w ?? 1))}`
    })
  })
  t.equal(new Set(cells).size, cells.length)
  t.equal(new Set(all.map((panel) => text(panel, 'id'))).size, all.length)
  for (const panel of panels) t.ok(text(panel, 'description').length > 10, text(panel, 'title'))
})

t.test(
  'what a cache is worth has a figure while a row asks the backend for nothing',
  { skip: needsPromtool },
  async (t) => {
    const of = 'namespace="spms",job="sidecar",resource'
    const requests = (resource: string, outcome: string): string =>
      `spms_cache_requests_total{${of}="${resource}",outcome="${outcome}"}`
    const took = (resource: string, part: 'sum' | 'count'): string =>
      `spms_cache_origin_request_duration_seconds_${part}{${of}="${resource}"}`
    const series = {
      [requests('quiet', 'hit')]: '0+600x10',
      [requests('busy', 'hit')]: '0+60x10',
      [requests('busy', 'stale')]: '0+60x10',
      [requests('busy', 'miss')]: '0+60x10',
      // Asked before, and not any more.
      ...{ [took('quiet', 'sum')]: '2x10', [took('quiet', 'count')]: '4x10' },
      ...{ [took('busy', 'sum')]: '0+6x10', [took('busy', 'count')]: '0+60x10' }
    }
    const queryOf = (title: string): string =>
      text(
        panels.find((panel) => at(panel, 'title') === title),
        'targets/0/expr'
      )
    // 10 hits per second of half a second each, and one of a tenth.
    const worth: readonly (readonly [string, Record<string, number>])[] = [
      ['Requests spared the backend', { '{}': 11 }],
      ['Backend seconds spared, per second', { '{}': 5.1 }],
      ['Backend seconds spared, by resource', { '{resource="quiet"}': 5, '{resource="busy"}': 0.1 }]
    ]
    for (const [title, samples] of worth)
      t.equal(checkSamples(queryOf(title), { series, samples }), '', title)
  }
)

t.test('the queries of the dashboard are PromQL', { skip: needsPromtool }, async (t) => {
  t.equal(checkQueries(panelQueries), '')
  t.match(checkQueries(['sum by (le (rate(a[5m]))']), /FAILED/, 'and others would be told')
})

t.test('every alert says what to do, in a section of the runbook that names it', async (t) => {
  const runbook = readFileSync('docs/operations.md', 'utf8')
  const sections = new Map(
    runbook.split(/^## /m).map((section) => {
      const title = section.split('\n')[0] ?? ''
      return [title.toLowerCase().replaceAll(' ', '-'), section]
    })
  )
  const named = rules.filter(isAlert)
  t.equal(named.length, 16)
  for (const alert of named) {
    const [file, anchor = ''] = text(alert, 'annotations/runbook_url').split('#')
    t.equal(file, 'docs/operations.md')
    t.match(sections.get(anchor), `\`${text(alert, 'alert')}\``)
    t.match(text(alert, 'labels/severity'), /^(warning|critical)$/)
  }
})

t.test('the runbook links to sections that it has', async (t) => {
  const runbook = readFileSync('docs/operations.md', 'utf8')
  const anchors = [...runbook.matchAll(/^## (.*)$/gm)].map((match) =>
    (match[1] ?? '').toLowerCase().replaceAll(' ', '-')
  )
  const linked = [...runbook.matchAll(/\]\(#([^)]*)\)/g)].map((match) => match[1] ?? '')
  t.ok(linked.length > 5)
  t.strictSame(
    linked.filter((anchor) => !anchors.includes(anchor)),
    []
  )
})

t.test('the PrometheusRule is the file of the alerts', { skip }, async (t) => {
  const rule = render({ files: ['helm/values-staging.yaml'] }).manifest('PrometheusRule')
  t.strictSame(at(rule, 'spec'), alerts)
  const linked = render({ files: ['everything'] }).manifest('PrometheusRule')
  const urls = list(linked, 'spec/groups/0/rules').filter(isAlert)
  for (const alert of urls) {
    t.match(
      text(alert, 'annotations/runbook_url'),
      /^https:\/\/git\.example\.org\/spms-cache\/docs\/operations\.md#./
    )
  }
  t.match(at(linked, 'metadata/labels'), { release: 'prometheus' })
})

t.test('the ServiceMonitor scrapes the ops door of the pods with a sidecar', { skip }, async (t) => {
  const rendered = render({ files: ['everything'] })
  const monitor = rendered.manifest('ServiceMonitor')
  const service = rendered.manifest('Service', 'spms-cache-metrics')
  t.strictSame(at(monitor, 'spec/endpoints'), [{ port: 'ops', path: '/metrics', interval: '15s' }])
  t.match(at(service, 'metadata/labels'), at(monitor, 'spec/selector/matchLabels'))
  t.notMatch(
    at(rendered.manifest('Service', 'spms-cache'), 'metadata/labels'),
    at(monitor, 'spec/selector/matchLabels'),
    'once, not by the other Service as well'
  )
  t.match(at(service, 'spec/ports/ops'), { port: 9091, targetPort: 9091 })
  const deployment = rendered.manifest('Deployment', 'spms-cache')
  t.match(at(deployment, 'spec/template/metadata/labels'), at(service, 'spec/selector'))
  t.equal(at(deployment, `${POD}/initContainers/cache/env/OPS_PORT/value`), '9091')
})

t.test('or a PodMonitor does, without a Service', { skip }, async (t) => {
  const rendered = render({ files: ['pod-monitor'] })
  const monitor = rendered.manifest('PodMonitor')
  t.strictSame(at(monitor, 'spec/podMetricsEndpoints'), [{ port: 'ops', path: '/metrics', interval: '15s' }])
  t.match(at(monitor, 'metadata/labels'), { release: 'prometheus' })
  const deployment = rendered.manifest('Deployment', 'spms-cache')
  t.match(at(deployment, 'spec/template/metadata/labels'), at(monitor, 'spec/selector/matchLabels'))
  t.equal(at(deployment, `${POD}/initContainers/cache/ports/ops/containerPort`), 9090)
  t.notOk(rendered.names.includes('Service/spms-cache-metrics'))
})

t.test('the dashboard is in a ConfigMap that Grafana finds', { skip }, async (t) => {
  const configMap = render({ files: ['everything'] }).manifest('ConfigMap', 'spms-cache-dashboard')
  t.match(at(configMap, 'metadata/labels'), { grafana_dashboard: '1' })
  const stored: unknown = JSON.parse(text(at(configMap, 'data'), 'spms-cache.json'))
  t.strictSame(stored, dashboard)
})
