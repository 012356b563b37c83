import { readFileSync } from 'node:fs'
import t from 'tap'
import { ConfigSchema, readConfig } from '../../src/config/config.js'
import { telemetryOf } from '../../src/config/telemetry.js'
import { parseRedisAddress } from '../../src/stores/redis/connection/address.js'
import { at, isRecord, list, needsHelm, POD, render, text, type Values } from './support/chart.js'

const skip = needsHelm

/** Settings that the chart leaves at their default: there is one right value in a pod. */
const LEFT = [
  ...['CACHE_STORE', 'MEMORY_MAX_BYTES', 'PROXY_HOST', 'OPS_HOST', 'CONTROL_SOCKET'],
  // The backend is in the pod, without TLS.
  ...['ORIGIN_SERVERNAME', 'ORIGIN_CA_FILE']
]

/** Overlays of which each gives another way to configure Redis, and all of them together every setting. */
const FILES = [
  ...['pod', 'everything', 'external-tls', 'external-cluster', 'external-sentinel', 'external-entra'],
  ...['external-password-file', 'cache-off']
]

/** What the webhook of AKS adds to a pod with its label. */
const WEBHOOK = {
  AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.com/',
  AZURE_CLIENT_ID: '22222222-2222-2222-2222-222222222222',
  AZURE_TENANT_ID: '11111111-1111-1111-1111-111111111111',
  AZURE_FEDERATED_TOKEN_FILE: '/var/run/secrets/azure/tokens/azure-identity-token'
}

/** What comes from elsewhere. */
const SECRETS: Readonly<Record<string, string>> = {
  CONTROL_TOKEN: 'a-token-of-sixteen-or-more',
  ALLOWED_HOSTS: 'spms.example.org',
  OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc',
  OUTBOX_URL: 'postgres://cache@db.example.org/spms',
  REDIS_PASSWORD: 'secret',
  WARM_IDENTITY: '{"Remote-User":"svc-cache"}'
}

/** The environment of the sidecar as Kubernetes would make it. */
const environment = (file: string, set: Values['set'] = {}): Readonly<Record<string, string>> => {
  const deployment = render({ files: [file], set }).manifest('Deployment', 'spms-cache')
  const labels = at(deployment, 'spec/template/metadata/labels')
  const variables = list(deployment, `${POD}/initContainers/cache/env`).map((variable) => {
    const name = text(variable, 'name')
    const value = at(variable, 'value')
    return [name, typeof value === 'string' ? value : (SECRETS[name] ?? '')] as const
  })
  const isLabelled = isRecord(labels) && labels['azure.workload.identity/use'] === 'true'
  return { ...(isLabelled && WEBHOOK), ...Object.fromEntries(variables) }
}

const known: Readonly<Record<string, unknown>> = ConfigSchema.properties

t.test('the sidecar takes what the chart sets', { skip }, async (t) => {
  for (const file of [...FILES, 'helm/values-staging.yaml', 'helm/values-production.yaml']) {
    const given = environment(file)
    t.strictSame(
      Object.keys(given).filter((name) => !Object.hasOwn(known, name)),
      [],
      `${file}: no variable that the sidecar does not know`
    )
    t.doesNotThrow(() => readConfig({ ...given }), file)
  }
  const config = readConfig({ ...environment('everything') })
  t.match(config, { MAX_ENTRY_BYTES: 2097152, PROXY_PORT: 8090, ORIGIN_URL: 'http://127.0.0.1:8001' })
  t.match(telemetryOf(config), {
    tracesUrl: 'http://otel-collector.monitoring:4318/v1/traces',
    sampler: { isParentBased: true, share: 0.05 },
    headers: { authorization: 'Bearer abc' }
  })
  t.equal(telemetryOf(readConfig(environment('pod'))), undefined, 'nothing is sent unless it is asked for')
  const own = { 'sidecar.settings.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT': 'http://traces:4318/v1/traces' }
  t.match(
    telemetryOf(readConfig(environment('pod', own))),
    { tracesUrl: 'http://traces:4318/v1/traces', metricsUrl: undefined, sampler: { share: 0.01 } },
    'an address of its own for a signal leaves the share of the chart'
  )
})

t.test('every setting of the sidecar can be set, or is left for a reason', { skip }, async (t) => {
  const schema: unknown = JSON.parse(readFileSync('helm/values.schema.json', 'utf8'))
  const settable = at(schema, 'properties/sidecar/properties/settings/properties')
  const set = FILES.flatMap((file) => Object.keys(environment(file)))
  const covered = new Set([...LEFT, ...set, ...Object.keys(isRecord(settable) ? settable : {})])
  t.strictSame(
    Object.keys(known).filter((name) => !covered.has(name)),
    []
  )
})

t.test('a setting can come from a ConfigMap, by the same names', { skip }, async (t) => {
  const schema: unknown = JSON.parse(readFileSync('helm/values.schema.json', 'utf8'))
  const sidecar = at(schema, 'properties/sidecar/properties')
  const settings = at(sidecar, 'settings/properties')
  t.strictSame(
    at(sidecar, 'settingsFrom/propertyNames/enum'),
    Object.keys(isRecord(settings) ? settings : {})
  )
  const pod = render({ files: ['everything'] }).manifest('Deployment', 'spms-cache')
  t.strictSame(at(pod, `${POD}/initContainers/cache/env/ALLOWED_HOSTS`), {
    name: 'ALLOWED_HOSTS',
    valueFrom: { configMapKeyRef: { name: 'site', key: 'hosts' } }
  })
})

t.test('the schema of the chart bounds a setting as the sidecar does', async (t) => {
  const schema: unknown = JSON.parse(readFileSync('helm/values.schema.json', 'utf8'))
  const settable = at(schema, 'properties/sidecar/properties/settings/properties')
  const resolved = (value: unknown): unknown => {
    const reference = at(value, '$ref')
    return typeof reference === 'string' ? at(schema, reference.replace('#/', '')) : value
  }
  const bounds = (value: unknown) => ({
    type: at(value, 'type'),
    minimum: at(value, 'minimum'),
    maximum: at(value, 'maximum'),
    pattern: at(value, 'pattern')
  })
  for (const [name, value] of Object.entries(isRecord(settable) ? settable : {})) {
    t.strictSame(bounds(resolved(value)), bounds(known[name]), name)
  }
})

/** Without user and password, which the chart takes from elsewhere. */
const ADDRESSES = [
  ...['redis://host', 'rediss://host:6380', 'redis://host:6379/', 'rediss://my-redis.example.org:6380/0'],
  ...['redis://10.0.0.1:6379/15', 'redis://[::1]:6379/1', 'redis://redis_1:6379', 'redis://host:123456'],
  ...[
    'redis://host:6379,other:6379',
    'redis://host/one',
    'redis://host:port',
    'redis+http://host',
    'http://host'
  ],
  ...['redis://', 'rediss+cluster://', 'redis://host?master=a', 'redis://host#a', ' redis://host'],
  ...[
    'redis+cluster://host:7000',
    'rediss+cluster://one,two:7001',
    'redis+cluster://[fd00::1]:7000,[fd00::2]:7000'
  ],
  ...['redis+cluster://host:7000/0', 'redis+cluster://host:7000/1', 'redis+cluster://host?master=a'],
  ...['redis+sentinel://host/1?master=a', 'rediss+sentinel://one:26379,two:26379?master=my-master.1'],
  ...['redis+sentinel://host/1', 'redis+sentinel://host?master=', 'redis+sentinel://host?name=a']
]

t.test('the schema of the chart takes the addresses of Redis that the sidecar takes', async (t) => {
  const schema: unknown = JSON.parse(readFileSync('helm/values.schema.json', 'utf8'))
  const forms = list(schema, 'properties/redis/properties/external/properties/url/anyOf').slice(1)
  const patterns = forms.map((form) => new RegExp(text(form, 'pattern')))
  const isTaken = (address: string): boolean => {
    try {
      return parseRedisAddress(address).nodes.length > 0
    } catch {
      return false
    }
  }
  t.ok(ADDRESSES.filter(isTaken).length > 10)
  for (const address of ADDRESSES) {
    t.equal(
      patterns.some((pattern) => pattern.test(address)),
      isTaken(address),
      address
    )
  }
})
