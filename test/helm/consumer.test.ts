import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { at, list, needsHelm, POD, render } from './support/chart.js'

const skip = needsHelm

/** The consumer with the chart among its parts, as `helm dependency build` would leave it. */
const build = (t: Test): string => {
  const folder = mkdtempSync(join(tmpdir(), 'spms-consumer-'))
  t.teardown(() => {
    rmSync(folder, { recursive: true })
  })
  cpSync('test/helm/consumer', folder, { recursive: true })
  mkdirSync(join(folder, 'charts'))
  cpSync('helm', join(folder, 'charts', 'spms-cache'), { recursive: true })
  return folder
}

t.test('another chart includes the same container in its own Deployment', { skip }, async (t) => {
  const consumer = render({ chart: build(t) })
  const deployment = consumer.manifest('Deployment', 'consumer')
  const [cache] = list(deployment, `${POD}/initContainers`)
  const [same] = list(
    render({
      files: ['shared'],
      set: { resourceTable: 'resources: []\n', 'redis.auth.existingSecret': 'consumer-redis' }
    }).manifest('Deployment', 'spms-cache'),
    `${POD}/initContainers`
  )
  t.strictSame(cache, same)
})

t.test('its Service leads to the proxy door, and a roll-back to its own port', { skip }, async (t) => {
  const chart = build(t)
  const port = 'spec/ports/0/targetPort'
  t.equal(at(render({ chart }).manifest('Service', 'consumer'), port), 8080)
  const off = render({ chart, set: { 'spms-cache.sidecar.enabled': false } })
  t.equal(at(off.manifest('Service', 'consumer'), port), 8000)
  t.strictSame(list(off.manifest('Deployment', 'consumer'), `${POD}/initContainers`), [])
})

t.test('the rest of the chart comes along, without a Deployment of a backend', { skip }, async (t) => {
  const consumer = render({ chart: build(t) })
  t.strictSame([...consumer.names].sort(), [
    'ConfigMap/spms-cache-resource-table',
    'Deployment/consumer',
    'Deployment/spms-cache-redis',
    'NetworkPolicy/spms-cache-redis',
    'Service/consumer',
    'Service/spms-cache-metrics',
    'Service/spms-cache-redis',
    'ServiceMonitor/spms-cache'
  ])
  const labels = at(consumer.manifest('Deployment', 'consumer'), 'spec/template/metadata/labels')
  t.strictSame(at(consumer.manifest('Service', 'spms-cache-metrics'), 'spec/selector'), labels)
  t.match(at(consumer.manifest('NetworkPolicy'), 'spec/ingress/0/from'), [
    { podSelector: { matchLabels: labels } }
  ])
  t.match(at(consumer.manifest('Deployment', 'consumer'), `${POD}/volumes`), [
    { name: 'resource-table', configMap: { name: 'spms-cache-resource-table' } }
  ])
})
