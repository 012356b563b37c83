import { readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'
import { at, list, needsHelm, POD, render, text } from './support/chart.js'

const skip = needsHelm
const CACHE = `${POD}/initContainers/cache`
const BACKEND = `${POD}/containers/backend`

/** The port of the pod that requests to the Service reach. */
const reached = (values: Parameters<typeof render>[0]): unknown => {
  const rendered = render(values)
  const name = at(rendered.manifest('Service', 'spms-cache'), 'spec/ports/http/targetPort')
  const deployment = rendered.manifest('Deployment', 'spms-cache')
  const containers = [...list(deployment, `${POD}/containers`), ...list(deployment, `${POD}/initContainers`)]
  const found = containers.flatMap((container) => {
    const port = at(container, `ports/${String(name)}/containerPort`)
    return port === undefined ? [] : [port]
  })
  return found.length === 1 ? found[0] : found
}

t.test(
  'the Service leads to the proxy door, or to the backend when there is no sidecar',
  { skip },
  async (t) => {
    t.equal(reached({ files: ['shared'] }), 8080)
    t.equal(reached({ files: ['everything'] }), 8090)
    t.equal(reached({ files: ['cache-off'] }), 8080)
    t.equal(reached({ files: ['sidecar-off'] }), 8000)
  }
)

t.test('the Service finds the pods of the Deployment', { skip }, async (t) => {
  const rendered = render({ files: ['everything'] })
  const selector = at(rendered.manifest('Service', 'spms-cache'), 'spec/selector')
  const deployment = rendered.manifest('Deployment', 'spms-cache')
  t.strictSame(selector, at(deployment, 'spec/selector/matchLabels'))
  t.match(at(deployment, 'spec/template/metadata/labels'), selector)
})

t.test('the control door is on loopback in every values file', { skip }, async (t) => {
  for (const file of [
    'pod',
    'shared',
    'everything',
    'helm/values-staging.yaml',
    'helm/values-production.yaml'
  ]) {
    const deployment = render({ files: [file] }).manifest('Deployment', 'spms-cache')
    t.equal(at(deployment, `${CACHE}/env/CONTROL_HOST/value`), '127.0.0.1', file)
  }
})

t.test('from outside only the proxy door is open, and the ops door for monitoring', { skip }, async (t) => {
  const rendered = render({ files: ['everything'] })
  const policy = rendered.manifest('NetworkPolicy', 'spms-cache-sidecar')
  t.match(at(rendered.manifest('Deployment', 'spms-cache'), 'spec/template/metadata/labels'), {
    ...(at(policy, 'spec/podSelector/matchLabels') ?? {})
  })
  t.strictSame(at(policy, 'spec/policyTypes'), ['Ingress'])
  const rules = list(policy, 'spec/ingress')
  t.strictSame(
    rules.map((rule) => at(rule, 'ports')),
    [[{ port: 8090 }], [{ port: 9091 }]]
  )
  t.match(at(rules[0], 'from'), [
    { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } } },
    { podSelector: { matchLabels: { 'app.kubernetes.io/component': 'test' } } }
  ])
  t.strictSame(at(rules[1], 'from'), [
    { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }
  ])
})

t.test(
  'pods without a sidecar have a policy of their own, for the time of a roll-back',
  { skip },
  async (t) => {
    for (const file of ['shared', 'sidecar-off']) {
      const rendered = render({ files: [file] })
      const policy = rendered.manifest('NetworkPolicy', 'spms-cache-backend')
      t.match(at(policy, 'spec/podSelector/matchLabels'), { 'spms-cache/sidecar': 'false' })
      t.strictSame(at(policy, 'spec/ingress'), [{ ports: [{ port: 8000 }] }])
    }
    const pods = render({ files: ['sidecar-off'] }).manifest('Deployment')
    t.match(at(pods, 'spec/template/metadata/labels'), { 'spms-cache/sidecar': 'false' })
    t.equal(at(pods, `${BACKEND}/ports/api/containerPort`), 8000)
  }
)

t.test('without monitoring nobody reaches the ops door', { skip }, async (t) => {
  const policy = render({ set: { 'networkPolicy.monitoringFrom': 'null' } }).manifest(
    'NetworkPolicy',
    'spms-cache-sidecar'
  )
  t.strictSame(at(policy, 'spec/ingress'), [{ ports: [{ port: 8080 }] }])
})

t.test('the Ingress sends what was the backend’s to the Service', { skip }, async (t) => {
  const ingress = render({ files: ['helm/values-staging.yaml'] }).manifest('Ingress')
  const paths = list(ingress, 'spec/rules/0/http/paths')
  t.strictSame(
    paths.map((path) => at(path, 'path')),
    ['/api', '/admin', '/files', '/static']
  )
  for (const path of paths) {
    t.strictSame(at(path, 'backend/service'), { name: 'spms-cache', port: { name: 'http' } })
  }
  t.match(at(ingress, 'spec'), {
    ingressClassName: 'nginx',
    tls: [{ secretName: 'spms-staging-tls', hosts: ['spms-staging.example.org'] }],
    rules: [{ host: 'spms-staging.example.org' }]
  })
})

t.test('the HTTPRoute sends the same, without the headers that name a person', { skip }, async (t) => {
  const rendered = render({ files: ['everything'] })
  const route = rendered.manifest('HTTPRoute')
  t.match(at(route, 'spec'), {
    parentRefs: [{ name: 'public', namespace: 'gateways' }],
    hostnames: ['spms.example.org']
  })
  const [rule] = list(route, 'spec/rules')
  t.strictSame(
    list(rule, 'matches').map((match) => [text(match, 'path/type'), text(match, 'path/value')]),
    list(rendered.manifest('Ingress'), 'spec/rules/0/http/paths').map((path) => [
      'PathPrefix',
      text(path, 'path')
    ])
  )
  t.strictSame(at(rule, 'backendRefs'), [{ name: 'spms-cache', port: 8000 }])
  t.strictSame(at(rule, 'filters/0/requestHeaderModifier/remove'), NAMING)
  // Those headers of the built-in table that a person cannot have without single sign-on.
  const table: unknown = parse(readFileSync('src/resources/spms.yaml', 'utf8'))
  const identity = list(table, 'identity/headers').map(String)
  t.strictSame(identity.filter((name) => name !== 'Authorization').sort(), [...NAMING].sort())
  const kept = render({ files: ['everything'], set: { 'gateway.removeHeaders': 'null' } })
  t.equal(at(kept.manifest('HTTPRoute'), 'spec/rules/0/filters'), undefined)
})

const NAMING = ['Remote-User', 'X-Email', 'X-First-Name', 'X-Last-Name']
