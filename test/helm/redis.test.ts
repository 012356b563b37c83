import t from 'tap'
import { ADDRESSES } from '../config/key-prefixes.js'
import { at, list, needsHelm, POD, render } from './support/chart.js'

const skip = needsHelm
const CACHE = `${POD}/initContainers/cache`

const setting = (file: string, name: string, path = 'value'): unknown =>
  at(render({ files: [file] }).manifest('Deployment', 'spms-cache'), `${CACHE}/env/${name}/${path}`)

t.test(
  'pod: a Redis on loopback, started before the sidecar and so stopped after it',
  { skip },
  async (t) => {
    const rendered = render({ files: ['pod'] })
    const deployment = rendered.manifest('Deployment')
    const containers = list(deployment, `${POD}/initContainers`)
    t.strictSame(
      containers.map((container) => [at(container, 'name'), at(container, 'restartPolicy')]),
      [
        ['redis', 'Always'],
        ['cache', 'Always']
      ]
    )
    const args = list(deployment, `${POD}/initContainers/redis/args`).join(' ')
    t.match(args, '--bind 127.0.0.1')
    t.match(args, '--maxmemory 256mb --maxmemory-policy volatile-lru')
    t.equal(at(deployment, `${POD}/initContainers/redis/resources/limits/memory`), '384Mi')
    t.equal(at(deployment, `${CACHE}/env/REDIS_URL/value`), 'redis://127.0.0.1:6379/1')
    t.equal(at(deployment, `${CACHE}/env/REDIS_PASSWORD`), undefined)
    t.notOk(rendered.names.includes('Service/spms-cache-redis'))
  }
)

t.test('shared: one Redis with a password behind a Service', { skip }, async (t) => {
  const rendered = render({ files: ['shared'] })
  const redis = rendered.manifest('Deployment', 'spms-cache-redis')
  t.equal(at(redis, 'spec/replicas'), 1)
  t.equal(at(redis, 'spec/strategy/type'), 'Recreate', 'never two at a time')
  const args = list(redis, `${POD}/containers/redis/args`).join(' ')
  t.match(args, '--maxmemory 1024mb --maxmemory-policy volatile-lru')
  t.match(args, '--requirepass $(REDIS_PASSWORD)')
  t.equal(at(redis, `${POD}/containers/redis/resources/limits/memory`), '1536Mi')
  const password = { name: 'spms-redis', key: 'password' }
  t.strictSame(at(redis, `${POD}/containers/redis/env/REDIS_PASSWORD/valueFrom/secretKeyRef`), password)
  const deployment = rendered.manifest('Deployment', 'spms-cache')
  t.equal(at(deployment, `${CACHE}/env/REDIS_URL/value`), 'redis://spms-cache-redis:6379/1')
  t.strictSame(at(deployment, `${CACHE}/env/REDIS_PASSWORD/valueFrom/secretKeyRef`), password)
  t.strictSame(
    at(rendered.manifest('Service', 'spms-cache-redis'), 'spec/selector'),
    at(redis, 'spec/template/metadata/labels')
  )
})

t.test('shared: only pods with a sidecar reach the Redis, and it reaches nobody', { skip }, async (t) => {
  const rendered = render({ files: ['shared'] })
  const policy = rendered.manifest('NetworkPolicy', 'spms-cache-redis')
  t.strictSame(at(policy, 'spec/policyTypes'), ['Ingress', 'Egress'])
  t.equal(at(policy, 'spec/egress'), undefined)
  t.strictSame(at(policy, 'spec/ingress/0/ports'), [{ port: 6379 }])
  t.strictSame(at(policy, 'spec/ingress/0/from'), [
    {
      podSelector: {
        matchLabels: at(rendered.manifest('Deployment', 'spms-cache'), 'spec/selector/matchLabels')
      }
    },
    {
      podSelector: {
        matchLabels: {
          'app.kubernetes.io/name': 'spms-cache',
          'app.kubernetes.io/instance': 'spms-cache',
          'app.kubernetes.io/component': 'test'
        }
      }
    }
  ])
})

t.test(
  'external: no Redis of its own, the address from the values, the password from a Secret',
  { skip },
  async (t) => {
    const rendered = render({ files: ['external-tls'] })
    t.notOk(rendered.names.some((name) => name.includes('redis')))
    t.equal(list(rendered.manifest('Deployment'), `${POD}/initContainers`).length, 1)
    t.equal(setting('external-tls', 'REDIS_URL'), 'rediss://cache.example.org:6380/0')
    t.equal(setting('external-tls', 'REDIS_USERNAME'), 'spms')
    t.strictSame(setting('external-tls', 'REDIS_PASSWORD', 'valueFrom/secretKeyRef'), {
      name: 'spms-redis',
      key: 'secret'
    })
  }
)

t.test('external: on a Cluster, all keys are in one slot', { skip }, async (t) => {
  t.equal(
    setting('external-cluster', 'REDIS_URL'),
    'rediss+cluster://one.example.org:7000,two.example.org:7001'
  )
  t.equal(setting('external-cluster', 'KEY_PREFIX'), '{spms}:')
  t.equal(setting('external-sentinel', 'KEY_PREFIX'), 'spms:')
  t.equal(setting('everything', 'KEY_PREFIX'), 'staging:')
})

t.test('external: the prefix is that which the sidecar itself would take', { skip }, async (t) => {
  // User and password have values of their own.
  for (const [url, prefix] of ADDRESSES.filter(([url]) => !url.includes('@'))) {
    const set = { 'redis.mode': 'external', 'redis.external.url': url.replaceAll(',', '\\,') }
    const deployment = render({ set }).manifest('Deployment', 'spms-cache')
    t.equal(at(deployment, `${CACHE}/env/REDIS_URL/value`), url)
    t.equal(at(deployment, `${CACHE}/env/KEY_PREFIX/value`), prefix, url)
  }
})

t.test('external: the certificate of a private authority is a file, read-only', { skip }, async (t) => {
  const folder = '/etc/spms-cache-redis'
  const sources = {
    'external-cluster': {
      configMap: { name: 'authority', items: [{ key: 'root.pem', path: 'ca.crt' }] }
    },
    'external-sentinel': {
      secret: { secretName: 'spms-redis-authority', items: [{ key: 'ca.crt', path: 'ca.crt' }] }
    }
  }
  for (const [file, source] of Object.entries(sources)) {
    const rendered = render({ files: [file] })
    for (const [manifest, pod] of [
      [rendered.manifest('Deployment'), POD],
      [rendered.manifest('Pod'), 'spec']
    ] as const) {
      const cache = `${pod}/initContainers/cache`
      t.equal(at(manifest, `${cache}/env/REDIS_CA_FILE/value`), `${folder}/ca.crt`)
      t.strictSame(at(manifest, `${cache}/volumeMounts/redis-ca`), {
        name: 'redis-ca',
        mountPath: folder,
        readOnly: true
      })
      t.strictSame(at(manifest, `${pod}/volumes/redis-ca`), { name: 'redis-ca', ...source })
    }
  }
  const plain = render({ files: ['external-tls'] }).manifest('Deployment')
  t.equal(at(plain, `${CACHE}/env/REDIS_CA_FILE`), undefined)
  t.strictSame(list(plain, `${POD}/volumes`), [{ name: 'tmp', emptyDir: {} }])
})

t.test('entra: the pod has the identity that logs in, and no password', { skip }, async (t) => {
  const rendered = render({ files: ['external-entra'] })
  const deployment = rendered.manifest('Deployment')
  t.equal(setting('external-entra', 'REDIS_AUTH'), 'entra')
  t.equal(setting('external-entra', 'REDIS_PASSWORD', 'valueFrom'), undefined)
  const labels = { 'azure.workload.identity/use': 'true' }
  t.match(at(deployment, 'spec/template/metadata/labels'), labels)
  t.notMatch(at(deployment, 'spec/selector/matchLabels'), labels, 'which cannot be changed later')
  t.equal(at(deployment, `${POD}/serviceAccountName`), 'spms-cache')
  t.match(rendered.manifest('ServiceAccount'), {
    metadata: {
      name: 'spms-cache',
      annotations: { 'azure.workload.identity/client-id': '22222222-2222-2222-2222-222222222222' }
    }
  })
  for (const name of rendered.names.filter((name) => name.startsWith('NetworkPolicy/'))) {
    const policy = rendered.manifest('NetworkPolicy', name.replace('NetworkPolicy/', ''))
    t.strictSame(at(policy, 'spec/policyTypes'), ['Ingress'], 'the way to the token endpoint is open')
  }
})

t.test('entra: a ServiceAccount that is there already is taken as it is', { skip }, async (t) => {
  const set = { 'redis.auth.entra.serviceAccount': 'spms', 'redis.auth.entra.clientId': '' }
  const rendered = render({ files: ['external-entra'], set })
  t.equal(at(rendered.manifest('Deployment'), `${POD}/serviceAccountName`), 'spms')
  t.notOk(rendered.names.some((name) => name.startsWith('ServiceAccount/')))
  const off = render({ files: ['external-entra'], set: { 'sidecar.enabled': false } })
  t.equal(at(off.manifest('Deployment'), `${POD}/serviceAccountName`), undefined, 'nor without a sidecar')
})

t.test('a password as a file is mounted whole, so that it changes with its Secret', { skip }, async (t) => {
  const deployment = render({ files: ['external-password-file'] }).manifest('Deployment')
  t.equal(setting('external-password-file', 'REDIS_PASSWORD_FILE'), '/etc/spms-cache-redis-password/password')
  t.equal(setting('external-password-file', 'REDIS_PASSWORD', 'valueFrom'), undefined)
  // Not a subPath: Kubernetes does not renew those.
  t.strictSame(at(deployment, `${CACHE}/volumeMounts/redis-password`), {
    name: 'redis-password',
    mountPath: '/etc/spms-cache-redis-password',
    readOnly: true
  })
  t.strictSame(at(deployment, `${POD}/volumes/redis-password/secret`), {
    secretName: 'spms-redis',
    items: [{ key: 'secret', path: 'password' }]
  })
})
