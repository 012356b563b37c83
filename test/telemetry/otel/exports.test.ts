import autocannon from 'autocannon'
import t, { type Test } from 'tap'
import { eventually } from '../../support/eventually.js'
import { freePort } from '../../support/free-port.js'
import { heldMebibytes, MEASURED } from '../../support/held-memory.js'
import { get } from '../../support/http.js'
import type { SidecarProcess } from '../../support/sidecar-process.js'
import { takes } from '../../support/collector.js'
import { openStage } from './stage.js'
import { UNKIND } from './unkind-collectors.js'

const QUICK = { OTEL_EXPORTER_OTLP_TIMEOUT: '400', OTEL_METRIC_EXPORT_INTERVAL: '500' }

/** Hits, each of which has two spans; resolves with how many were not answered 200. */
const load = async ({ proxy }: SidecarProcess, amount: number): Promise<number> => {
  const { errors, non2xx } = await autocannon({ url: `${proxy}/things/1`, connections: 10, amount })
  return errors + non2xx
}

const warningsOf = ({ logs }: SidecarProcess) => logs.filter(({ level }) => level === 'warn')

/** The promise: no request fails, one warning, memory that is bounded, an end in time. */
const isUnharmed = async (t: Test, sidecar: SidecarProcess): Promise<void> => {
  t.equal(await load(sidecar, 1200), 0, 'no request fails')
  await eventually(() => warningsOf(sidecar).length > 0)
  const before = await heldMebibytes(sidecar)
  t.equal(await load(sidecar, 1500), 0)
  let grown = Infinity
  // Answers that are being read are held for a while.
  const isLittle = async () => (grown = (await heldMebibytes(sidecar)) - before) < 4
  await eventually(isLittle, { timeoutMs: 10_000, intervalMs: 500 }).catch(() => undefined)
  t.ok(grown < 4, `3,000 further spans are not kept: ${grown.toFixed(1)} MiB more`)
  t.match(warningsOf(sidecar), [{ msg: 'The collector takes no telemetry', hint: /ENDPOINT/ }])
  t.equal(warningsOf(sidecar).length, 1, 'one warning')
  const stoppedAt = performance.now()
  t.match(await sidecar.stop(), { code: 0 })
  const tookMs = performance.now() - stoppedAt
  t.ok(tookMs < 6000, `it ends, after ${Math.round(tookMs)} ms`)
  t.notMatch(JSON.stringify(sidecar.logs), /secret/)
}

for (const { name, behaviour } of UNKIND) {
  t.test(`a collector that ${name} harms no request`, async (t) => {
    const stage = await openStage(t, { ...QUICK, ...MEASURED }, behaviour)
    await isUnharmed(t, stage.sidecar)
  })
}

t.test('a collector that is not there harms no request', async (t) => {
  const away = `http://127.0.0.1:${await freePort()}`
  const stage = await openStage(t, { ...QUICK, ...MEASURED, OTEL_EXPORTER_OTLP_ENDPOINT: away })
  await isUnharmed(t, stage.sidecar)
})

t.test('a collector that comes back gets what is new', async (t) => {
  const stage = await openStage(t, QUICK, (response) => response.writeHead(500).end())
  await stage.trace('/things/1')
  await eventually(() => warningsOf(stage.sidecar).length > 0)
  stage.collector.behaviour = takes
  const { traceId } = await stage.trace('/things/1')
  await stage.collector.spansOf(traceId, 2)
  await eventually(() => stage.sidecar.logs.some(({ msg }) => msg === 'The collector takes telemetry again'))
})

t.test('each time that a collector of metrics alone fails and comes back is told', async (t) => {
  const stage = await openStage(t, { ...QUICK, OTEL_TRACES_EXPORTER: 'none' })
  const { logs } = stage.sidecar
  const failures = () => logs.filter(({ msg }) => msg === 'The collector takes no telemetry')
  const ends = () => logs.filter(({ msg }) => msg === 'The collector takes telemetry again')
  for (const times of [1, 2]) {
    stage.collector.behaviour = (response) => response.writeHead(500).end()
    await eventually(() => failures().length === times)
    t.match(failures()[times - 1], { signal: 'metrics', status: 500 })
    stage.collector.behaviour = takes
    await eventually(() => ends().length === times)
  }
})

t.test('what is left is sent when the process ends', async (t) => {
  const hour = '3600000'
  const stage = await openStage(t, { OTEL_BSP_SCHEDULE_DELAY: hour, OTEL_METRIC_EXPORT_INTERVAL: hour })
  await load(stage.sidecar, 20)
  t.equal(stage.collector.requests.length, 0)
  t.match(await stage.sidecar.stop(), { code: 0 })
  t.equal(stage.collector.spans.filter(({ kind }) => kind === 'server').length, 20)
  t.ok(stage.collector.metrics.length > 30)
})

t.test('headers, service and attributes go with each export', async (t) => {
  const stage = await openStage(t, {
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc',
    OTEL_SERVICE_NAME: 'cache',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=staging'
  })
  const { traceId } = await stage.trace('/things/1')
  const [span] = await stage.collector.spansOf(traceId, 4)
  await stage.sidecar.stop()
  for (const { headers } of stage.collector.requests)
    t.match(headers, { authorization: 'Bearer abc', 'content-type': 'application/x-protobuf' })
  const resource = {
    'service.name': 'cache',
    'deployment.environment.name': 'staging',
    'service.instance.id': String
  }
  t.match(span?.resource, resource)
  t.match(stage.collector.metrics[0]?.resource, resource)
  t.notMatch(JSON.stringify(stage.sidecar.logs), /Bearer/)
})

t.test('metrics are the figures of /metrics, and those of the semantic conventions', async (t) => {
  const stage = await openStage(t, { OTEL_METRIC_EXPORT_INTERVAL: '3600000' })
  await load(stage.sidecar, 10)
  await get(`${stage.sidecar.proxy}/other`)
  const text = (await get(`${stage.sidecar.ops}/metrics`)).text()
  await stage.sidecar.stop()
  const { metrics } = stage.collector
  const named = (name: string) => metrics.find((metric) => metric.name === name)
  const exported = new Set(metrics.map(({ name }) => name))
  const scraped = [...text.matchAll(/^([a-z_]+)(?:\{[^}]*\})? [\d.e+-]+$/gm)].map(([, name = '']) =>
    name.replace(/_(bucket|sum|count)$/, '')
  )
  t.strictSame(
    // Each reading begins these anew: so soon after another there may be none.
    [...new Set(scraped)].filter((name) => !exported.has(name) && !name.includes('eventloop_lag')),
    [],
    'none is missing'
  )
  const hits = named('spms_cache_requests_total')?.points.find(
    ({ attributes }) => attributes['outcome'] === 'hit'
  )
  t.match(hits, { attributes: { resource: 'thing' }, value: Number(/outcome="hit"\} (\d+)/.exec(text)?.[1]) })
  t.match(named('http.server.request.duration'), {
    unit: 's',
    kind: 'histogram',
    points: [
      {
        attributes: {
          'http.request.method': 'GET',
          'http.response.status_code': 200,
          'http.route': '/things/{id}',
          'url.scheme': 'http'
        },
        value: 10
      },
      { value: 1 }
    ]
  })
  const asked = named('http.client.request.duration')?.points.reduce((sum, { value }) => sum + value, 0)
  t.equal(asked, stage.asked.length)
  t.equal(named('db.client.operation.duration'), undefined, 'an embedded store is no database')
})
