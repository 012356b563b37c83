import t from 'tap'
import { readConfig } from '../../src/config/config.js'
import { telemetryOf } from '../../src/config/telemetry.js'
import { complaint } from './complaint.js'

const ON = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }

const settingsOf = (environment: Readonly<Record<string, string>>) => telemetryOf(readConfig(environment))

t.test('it is off without an endpoint, whatever else is set', async (t) => {
  t.equal(settingsOf({}), undefined)
  const wrong = {
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_TRACES_EXPORTER: 'zipkin',
    OTEL_TRACES_SAMPLER: 'x',
    OTEL_METRIC_EXPORT_INTERVAL: '1m',
    OTEL_EXPORTER_OTLP_TIMEOUT: '0'
  }
  t.equal(settingsOf({ ...wrong, OTEL_EXPORTER_OTLP_HEADERS: 'nonsense' }), undefined)
  for (const word of ['true', 'TRUE']) t.equal(settingsOf({ ...ON, OTEL_SDK_DISABLED: word }), undefined)
  t.ok(settingsOf({ ...ON, OTEL_SDK_DISABLED: 'yes' }), 'nothing else means true')
})

t.test('each signal goes below the endpoint, or to an address of its own, or nowhere', async (t) => {
  const urls = (environment: Readonly<Record<string, string>>) => {
    const { tracesUrl, metricsUrl } = settingsOf(environment) ?? {}
    return [tracesUrl, metricsUrl]
  }
  t.strictSame(urls(ON), ['http://collector:4318/v1/traces', 'http://collector:4318/v1/metrics'])
  t.strictSame(urls({ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c/otlp/' }), [
    'https://c/otlp/v1/traces',
    'https://c/otlp/v1/metrics'
  ])
  t.strictSame(urls({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c/t' }), ['http://c/t', undefined])
  t.strictSame(urls({ ...ON, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://c/m' }), [
    'http://collector:4318/v1/traces',
    'http://c/m'
  ])
  t.strictSame(urls({ ...ON, OTEL_METRICS_EXPORTER: 'none' }), ['http://collector:4318/v1/traces', undefined])
  t.equal(settingsOf({ ...ON, OTEL_METRICS_EXPORTER: 'none', OTEL_TRACES_EXPORTER: 'none' }), undefined)
})

t.test('headers and attributes are lists of pairs, percent-encoded', async (t) => {
  const settings = settingsOf({
    ...ON,
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20a==, x-key = b%2Cc',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=staging,service.name=ignored',
    OTEL_SERVICE_NAME: 'cache'
  })
  t.strictSame(settings?.headers, { authorization: 'Bearer a==', 'x-key': 'b,c' })
  t.strictSame(settings?.attributes, {
    'service.name': 'cache',
    'deployment.environment.name': 'staging'
  })
  t.match(settingsOf(ON)?.attributes, { 'service.name': 'spms-cache-sidecar' })
})

t.test('the sampler is one of the standard ones', async (t) => {
  const sampler = (name: string, argument = '') =>
    settingsOf({ ...ON, OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: argument })?.sampler
  t.strictSame(settingsOf(ON)?.sampler, { isParentBased: true, share: 1 })
  t.strictSame(sampler('parentbased_traceidratio', '0.01'), { isParentBased: true, share: 0.01 })
  t.strictSame(sampler('traceidratio'), { isParentBased: false, share: 1 })
  t.strictSame(sampler('always_off'), { isParentBased: false, share: 0 })
  t.strictSame(sampler('parentbased_always_off'), { isParentBased: true, share: 0 })
})

t.test('where it is on, what is wrong is one line that names the variable and shows no secret', async (t) => {
  for (const [name, value, said] of [
    [
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'collector:4318',
      'OTEL_EXPORTER_OTLP_ENDPOINT=(hidden): must be an address'
    ],
    [
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'http://u:secret@c:99999',
      'OTEL_EXPORTER_OTLP_ENDPOINT=(hidden): must be'
    ],
    [
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
      'grpc://c:4317',
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=grpc://c:4317: must'
    ],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 'OTEL_EXPORTER_OTLP_PROTOCOL=grpc: must be http/protobuf'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'secret', 'OTEL_EXPORTER_OTLP_HEADERS=(hidden): must be name=value'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a=%0d%0ab', 'OTEL_EXPORTER_OTLP_HEADERS=(hidden): must be name=value'],
    ['OTEL_RESOURCE_ATTRIBUTES', '=1', 'OTEL_RESOURCE_ATTRIBUTES==1: must be name=value'],
    ['OTEL_TRACES_EXPORTER', 'zipkin', 'OTEL_TRACES_EXPORTER=zipkin: must be otlp or none'],
    ['OTEL_TRACES_SAMPLER', 'jaeger_remote', 'OTEL_TRACES_SAMPLER=jaeger_remote: must be always_on'],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', '0', 'OTEL_EXPORTER_OTLP_TIMEOUT=0: must be >= 1']
  ] as const)
    t.equal(complaint({ ...ON, [name]: value }).slice(0, said.length), said)
  const ratio = { ...ON, OTEL_TRACES_SAMPLER: 'traceidratio' }
  for (const argument of ['1.1', '-1', 'half'])
    t.match(
      complaint({ ...ratio, OTEL_TRACES_SAMPLER_ARG: argument }),
      /^OTEL_TRACES_SAMPLER_ARG=.*from 0 to 1$/
    )
})
