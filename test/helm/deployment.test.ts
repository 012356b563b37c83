import t from 'tap'
import { at, list, needsHelm, POD, render, text } from './support/chart.js'

const skip = needsHelm
const CACHE = `${POD}/initContainers/cache`
const BACKEND = `${POD}/containers/backend`

t.test('the sidecar is a native sidecar, before the backend', { skip }, async (t) => {
  const deployment = render({ files: ['shared'] }).manifest('Deployment', 'spms-cache')
  t.equal(at(deployment, `${CACHE}/restartPolicy`), 'Always')
  t.equal(list(deployment, `${POD}/initContainers`).length, 1)
  t.equal(list(deployment, `${POD}/containers`).length, 1)
  t.equal(at(deployment, `${CACHE}/image`), 'registry/spms-cache-sidecar:0.1.0')
  t.equal(at(deployment, `${BACKEND}/image`), 'registry/spms:1.2.3')
})

t.test('every container of every pod is restricted', { skip }, async (t) => {
  for (const files of [['pod'], ['everything']]) {
    const rendered = render({ files })
    const pods = rendered.names
      .filter((name) => /^(Deployment|Pod)\//.test(name))
      .map((name) => {
        const [kind = '', object = ''] = name.split('/')
        const manifest = rendered.manifest(kind, object)
        return { name, spec: kind === 'Pod' ? at(manifest, 'spec') : at(manifest, POD) }
      })
    t.ok(pods.length > 1)
    for (const { name, spec } of pods) {
      t.equal(at(spec, 'automountServiceAccountToken'), false, `${name} has no token`)
      t.strictSame(at(spec, 'securityContext'), {
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' }
      })
      const initContainers = at(spec, 'initContainers') === undefined ? [] : list(spec, 'initContainers')
      for (const container of [...initContainers, ...list(spec, 'containers')]) {
        const context = at(container, 'securityContext')
        t.match(
          context,
          {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            runAsNonRoot: true,
            capabilities: { drop: ['ALL'] }
          },
          `${name} ${text(container, 'name')}`
        )
        t.ok(at(container, 'resources/requests/memory'), 'requests memory')
        t.ok(at(container, 'resources/limits/memory'), 'has a memory limit')
        t.notOk(at(container, 'resources/limits/cpu'), 'is not throttled')
      }
    }
  }
})

t.test('the sidecar runs as the user of its image', { skip }, async (t) => {
  const context = at(render().manifest('Deployment'), `${CACHE}/securityContext`)
  t.match(context, { runAsUser: 10001, runAsGroup: 10001 })
})

t.test('probes ask the ops door, and the backend need not be there for the start', { skip }, async (t) => {
  const deployment = render({ files: ['everything'] }).manifest('Deployment', 'spms-cache')
  for (const [probe, path] of [
    ['startupProbe', '/live'],
    ['livenessProbe', '/live'],
    ['readinessProbe', '/ready']
  ]) {
    t.match(at(deployment, `${CACHE}/${probe ?? ''}`), { httpGet: { path, port: 9091 } })
  }
  t.strictSame(at(deployment, `${BACKEND}/readinessProbe/httpGet`), {
    path: '/health/',
    port: 8001,
    httpHeaders: [{ name: 'Host', value: 'spms.example.org' }]
  })
  t.strictSame(at(deployment, `${BACKEND}/livenessProbe/tcpSocket`), { port: 8001 }, 'not the database')
})

t.test('a pod ends in the order: readiness, doors, backend, grace period', { skip }, async (t) => {
  const set = { 'shutdown.delaySeconds': 20, 'shutdown.drainSeconds': 7 }
  const deployment = render({ files: ['shared'], set }).manifest('Deployment', 'spms-cache')
  t.equal(at(deployment, `${CACHE}/env/SHUTDOWN_DELAY_MS/value`), '20000')
  t.equal(at(deployment, `${CACHE}/env/SHUTDOWN_TIMEOUT_MS/value`), '155000', '5 s are left')
  t.strictSame(at(deployment, `${CACHE}/lifecycle/preStop/exec/command`), [
    'node',
    '-e',
    "process.kill(1, 'SIGTERM')"
  ])
  t.equal(at(deployment, `${BACKEND}/lifecycle/preStop/sleep/seconds`), 27)
  t.equal(at(deployment, `${POD}/terminationGracePeriodSeconds`), 180)
})

t.test('an update overlaps, but not with a Redis in the pod', { skip }, async (t) => {
  const strategy = (file: string) =>
    at(render({ files: [file] }).manifest('Deployment', 'spms-cache'), 'spec/strategy')
  t.strictSame(strategy('shared'), {
    type: 'RollingUpdate',
    rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }
  })
  t.strictSame(strategy('pod'), { type: 'Recreate' })
})

t.test('the autoscaler alone decides how many pods there are, if it is on', { skip }, async (t) => {
  const still = render({ files: ['external-tls'] })
  t.equal(at(still.manifest('Deployment'), 'spec/replicas'), 2)
  t.notOk(still.names.includes('HorizontalPodAutoscaler/spms-cache'))
  const scaled = render({ files: ['helm/values-production.yaml'] })
  t.equal(at(scaled.manifest('Deployment'), 'spec/replicas'), undefined)
  const scaler = scaled.manifest('HorizontalPodAutoscaler')
  t.match(at(scaler, 'spec'), {
    minReplicas: 2,
    maxReplicas: 5,
    scaleTargetRef: { kind: 'Deployment', name: 'spms-cache' }
  })
})

t.test('the table reaches the sidecar, and another one replaces the pods', { skip }, async (t) => {
  const rendered = render({ files: ['everything'] })
  t.equal(
    at(rendered.manifest('ConfigMap', 'spms-cache-resource-table'), 'data/resources.yaml'),
    'resources: []\n'
  )
  const deployment = rendered.manifest('Deployment', 'spms-cache')
  const { key, path } = { key: 'resources.yaml', path: 'configMap/items/0/path' }
  const file = text(at(deployment, `${POD}/volumes/resource-table`), path)
  t.equal(at(deployment, `${POD}/volumes/resource-table/configMap/items/0/key`), key)
  t.equal(at(deployment, `${CACHE}/env/RESOURCES_FILE/value`), `/etc/spms-cache/${file}`)
  t.equal(at(deployment, `${CACHE}/volumeMounts/resource-table/mountPath`), '/etc/spms-cache')
  const other = render({ files: ['everything'], set: { resourceTable: 'families: {}' } })
  t.not(text(at(other.manifest('Deployment', 'spms-cache'), `${POD}/volumes/resource-table`), path), file)
})

t.test('the token is in a Secret that sidecar and backend read', { skip }, async (t) => {
  const rendered = render({ files: ['everything'] })
  t.equal(at(rendered.manifest('Secret'), 'stringData/token'), 'a-token-of-sixteen-or-more')
  const deployment = rendered.manifest('Deployment', 'spms-cache')
  for (const container of [CACHE, BACKEND]) {
    t.strictSame(at(deployment, `${container}/env/CONTROL_TOKEN/valueFrom/secretKeyRef`), {
      name: 'spms-cache-control',
      key: 'token'
    })
  }
  const own = render({ set: { 'control.existingSecret': 'mine' } })
  t.notOk(own.names.some((name) => name.startsWith('Secret/')))
  t.equal(at(own.manifest('Deployment'), `${CACHE}/env/CONTROL_TOKEN/valueFrom/secretKeyRef/name`), 'mine')
  const none = render().manifest('Deployment')
  t.equal(at(none, `${CACHE}/env/CONTROL_TOKEN`), undefined)
  t.equal(at(none, `${BACKEND}/env/SPMS_CACHE_CONTROL/value`), '127.0.0.1:8081')
})

t.test(
  'a Secret that the chart only names replaces the pods by an annotation, Redis too',
  { skip },
  async (t) => {
    const rendered = render({ files: ['everything'] })
    for (const name of ['spms-cache', 'spms-cache-redis']) {
      const annotations = at(rendered.manifest('Deployment', name), 'metadata/annotations')
      t.strictSame(annotations, { 'reloader.stakater.com/auto': 'true' }, name)
    }
  }
)

t.test('another token replaces the pods', { skip }, async (t) => {
  const checksum = (token: string) =>
    JSON.stringify(
      at(
        render({ set: { 'control.token': token } }).manifest('Deployment'),
        'spec/template/metadata/annotations'
      )
    )
  t.not(checksum('one-token-of-sixteen'), checksum('another-token-of-sixteen'))
})

t.test('pods are spread over zones and nodes, those of an update by themselves', { skip }, async (t) => {
  const spread = (set = {}) =>
    at(
      render({ files: ['shared'], set }).manifest('Deployment', 'spms-cache'),
      `${POD}/topologySpreadConstraints`
    )
  t.match(spread(), [
    { topologyKey: 'topology.kubernetes.io/zone', matchLabelKeys: ['pod-template-hash'] },
    { topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' }
  ])
  t.equal(spread({ 'deployment.spreadOver': 'null' }), undefined)
})

t.test('images are pulled as told, or as Kubernetes does', { skip }, async (t) => {
  const policies = (files: readonly string[]) => {
    const rendered = render({ files })
    const pod = rendered.manifest('Deployment', 'spms-cache')
    const redis = rendered.manifest('Deployment', 'spms-cache-redis')
    return [
      ...[at(pod, `${CACHE}/imagePullPolicy`), at(pod, `${BACKEND}/imagePullPolicy`)],
      ...[at(redis, `${POD}/containers/redis/imagePullPolicy`)],
      ...[at(rendered.manifest('Pod'), 'spec/containers/test/imagePullPolicy')]
    ]
  }
  t.strictSame(policies(['everything']), ['Always', 'Always', 'IfNotPresent', 'Always'])
  t.strictSame(policies(['shared']), [undefined, undefined, undefined, undefined])
})

t.test('no pod gets the variables of the Services beside it', { skip }, async (t) => {
  const rendered = render({ files: ['everything'] })
  for (const name of ['spms-cache', 'spms-cache-redis']) {
    t.equal(at(rendered.manifest('Deployment', name), `${POD}/enableServiceLinks`), false, name)
  }
  t.equal(at(rendered.manifest('Pod'), 'spec/enableServiceLinks'), false)
})

t.test('whom the backend believes is said, and is nobody unless told', { skip }, async (t) => {
  const told = (set: Record<string, string>) =>
    at(render({ set }).manifest('Deployment'), `${BACKEND}/env/FORWARDED_ALLOW_IPS/value`)
  t.equal(told({}), '')
  t.equal(told({ 'backend.forwardedAllowIps': '127.0.0.1' }), '127.0.0.1')
  t.equal(told({ 'backend.env.FORWARDED_ALLOW_IPS': '10.0.0.1' }), '10.0.0.1', 'once')
  t.equal(told({ 'backend.forwardedAllowIps': 'null' }), undefined)
  const without = render({ set: { 'sidecar.enabled': false } }).manifest('Deployment')
  t.equal(
    at(without, `${BACKEND}/env/FORWARDED_ALLOW_IPS/value`),
    '',
    'taking the sidecar out changes nothing'
  )
})
