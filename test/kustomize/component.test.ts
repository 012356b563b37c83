import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readConfig } from '../../src/config/config.js'
import { at, isRecord, list, needsHelm, POD, render, type Rendered, text } from '../helm/support/chart.js'
import { blocksOf, install } from '../support/readme.js'
import { build, copyOfOverlays, needsKustomize, OVERLAYS } from './support/kustomize.js'

const skip = needsKustomize || needsHelm
const CACHE = `${POD}/initContainers/cache`
const BACKEND = `${POD}/containers/spms-backend`
const PROD = join(OVERLAYS, 'prod')

const overlay = (folder = PROD): Rendered => build(folder)
const deployment = (rendered: Rendered) => rendered.manifest('Deployment')
const IMAGE = 'registry.example.org/spms-cache-sidecar:0.1.0'
const chart = () => render({ files: ['kustomize'], set: { 'sidecar.image': IMAGE } })

/** The environment of a container as Kubernetes would make it, with the Secrets that come along. */
const environment = (container: unknown, secrets: Readonly<Record<string, string>>) => ({
  ...(at(container, 'envFrom') === undefined ? {} : secrets),
  ...Object.fromEntries(
    list(container, 'env').map((variable) => {
      const name = text(variable, 'name')
      return [name, at(variable, 'value') === undefined ? (secrets[name] ?? '') : valueOf(variable)]
    })
  )
})

const valueOf = (variable: unknown): string => String(at(variable, 'value'))

const secretsOf = (rendered: Rendered): Readonly<Record<string, string>> => {
  const name = rendered.names.find((candidate) => candidate.startsWith('Secret/spms-cache')) ?? ''
  const data = at(rendered.manifest('Secret', name.replace('Secret/', '')), 'data')
  return Object.fromEntries(
    Object.entries(isRecord(data) ? data : {}).map(([key, value]) => [key, decoded(String(value))])
  )
}

const decoded = (value: string): string => Buffer.from(value, 'base64').toString()

t.test('the sidecar is the container of the chart', { skip }, async (t) => {
  const own = at(deployment(overlay()), CACHE)
  const charts = at(chart().manifest('Deployment', 'spms-cache'), CACHE)
  for (const [key, value] of Object.entries(isRecord(charts) ? charts : {})) {
    if (key !== 'env') t.strictSame(at(own, key), value, key)
  }
  const keys = (container: unknown) => Object.keys(isRecord(container) ? container : {}).sort()
  t.strictSame(
    keys(own).filter((key) => key !== 'envFrom'),
    keys(charts)
  )
})

t.test('it is configured as by the chart', { skip }, async (t) => {
  const rendered = overlay()
  const secrets = secretsOf(rendered)
  const own = environment(at(deployment(rendered), CACHE), secrets)
  const charts = environment(at(chart().manifest('Deployment', 'spms-cache'), CACHE), secrets)
  t.strictSame(readConfig(own), readConfig(charts))
  t.match(readConfig(own), { REDIS_PASSWORD: 'the-access-key', ALLOWED_HOSTS: 'spms-prod.example.org' })
  t.strictSame(
    Object.keys(charts).filter((name) => !Object.hasOwn(own, name) && name !== 'KEY_PREFIX'),
    [],
    'the same variables, so that no Service of the namespace can give one by its name'
  )
})

t.test('the backend gets what the chart gives it, and keeps what it had', { skip }, async (t) => {
  const own = at(deployment(overlay()), BACKEND)
  const charts = at(chart().manifest('Deployment', 'spms-cache'), `${POD}/containers/backend`)
  t.strictSame(at(own, 'lifecycle'), at(charts, 'lifecycle'))
  const set = environment(own, {})
  t.strictSame(set, { ...environment(charts, {}), TZ: 'Australia/Perth' })
  // By the port, as the chart's liveness: the health page needs a host that only the overlay knows.
  t.strictSame(at(own, 'readinessProbe'), at(charts, 'livenessProbe'))
  t.equal(at(own, 'livenessProbe'), undefined, 'nothing ends a backend that migrates')
  t.equal(at(own, 'image'), 'ghcr.io/dbca-wa/science-projects-service:3.4.12')
  t.equal(at(own, 'envFrom/0/secretRef/name'), 'spms-env-prod')
  t.equal(list(own, 'volumeMounts').length, 2)
})

t.test('the pod ends within the grace period that it has', { skip }, async (t) => {
  const pod = deployment(overlay())
  const ofChart = chart().manifest('Deployment', 'spms-cache')
  const path = `${POD}/terminationGracePeriodSeconds`
  t.equal(at(pod, path), at(ofChart, path), 'SHUTDOWN_TIMEOUT_MS is made from it')
})

t.test('containers start in the order: files, sidecar, backend', { skip }, async (t) => {
  const names = list(deployment(overlay()), `${POD}/initContainers`).map((container) =>
    text(container, 'name')
  )
  t.strictSame(names, ['chown-files', 'cache'])
})

t.test(
  'the Service goes to the proxy door by name, and only the port of the backend',
  { skip },
  async (t) => {
    const ports = list(overlay().manifest('Service'), 'spec/ports')
    const targets = ports.map((port) => [text(port, 'name'), text(port, 'port'), at(port, 'targetPort')])
    t.strictSame(targets, [
      ['backend', '8000', at(chart().manifest('Service'), 'spec/ports/0/targetPort')],
      ['frontend', '3000', 3000]
    ])
  }
)

t.test(
  'the step before the Service: every pod has a sidecar, and requests go as before',
  { skip },
  async (t) => {
    const overlays = copyOfOverlays()
    const file = join(overlays, 'prod/cache/kustomization.yaml')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^ *- .*\/service\n/m, ''))
    const rendered = build(join(overlays, 'prod'))
    t.equal(at(rendered.manifest('Service'), 'spec/ports/backend/targetPort'), 8000)
    t.strictSame(deployment(rendered), deployment(overlay()), 'the second step replaces no pod')
  }
)

t.test(
  'another password replaces the pods, another release of SPMS leaves the sidecar',
  { skip },
  async (t) => {
    const overlays = copyOfOverlays()
    const path = `${CACHE}/envFrom/0/secretRef/name`
    const before = text(deployment(overlay()), path)
    writeFileSync(join(overlays, 'prod/cache/cache.env'), 'REDIS_URL=redis://a\nREDIS_PASSWORD=another\n')
    // What SPMS' own pipeline does at a release.
    const file = join(overlays, 'prod/kustomization.yaml')
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/newTag: [^ }]*/g, 'newTag: 9.9.9'))
    const after = deployment(build(join(overlays, 'prod')))
    t.not(text(after, path), before)
    t.match(text(after, path), /^spms-cache-prod-\w+$/)
    t.equal(at(after, `${BACKEND}/image`), 'ghcr.io/dbca-wa/science-projects-service:9.9.9')
    t.equal(at(after, `${CACHE}/image`), IMAGE)
  }
)

t.test('a name that is not there is an error, not a pod without a cache', { skip }, async (t) => {
  for (const [file, name] of [
    ['deployment', 'spms-deployment'],
    ['service', 'spms-clusterip'],
    ['autoscaler', 'spms-deployment-hpa']
  ] as const) {
    const overlays = copyOfOverlays()
    const renamed = join(overlays, `../base/${file}.yaml`)
    writeFileSync(renamed, readFileSync(renamed, 'utf8').replace(`name: ${name} `, 'name: another '))
    t.throws(() => build(join(overlays, 'prod')), { message: new RegExp(`no .*${name}`) }, file)
  }
})

t.test('all at once is the three of them', { skip }, async (t) => {
  const overlays = copyOfOverlays()
  const file = join(overlays, 'prod/cache/kustomization.yaml')
  const single = readFileSync(file, 'utf8').replaceAll(/^ *- .*\/kustomize\/(?:autoscaler|service)\n/gm, '')
  writeFileSync(file, single.replace('/kustomize/sidecar', '/kustomize'))
  const rendered = build(join(overlays, 'prod'))
  for (const kind of ['Deployment', 'Service', 'HorizontalPodAutoscaler']) {
    t.strictSame(rendered.manifest(kind), overlay().manifest(kind), kind)
  }
})

t.test('a setting of the overlay wins over that of the component', { skip }, async (t) => {
  const overlays = copyOfOverlays()
  const more = "\n            - name: CACHE_ENABLED\n              value: 'false'\n"
  appendFileSync(join(overlays, 'prod/cache/settings.yaml'), more)
  t.equal(at(deployment(build(join(overlays, 'prod'))), `${CACHE}/env/CACHE_ENABLED/value`), 'false')
})

const withoutHead = (block: string): string => block.trim().replace(/^#.*\n/, '')

t.test('what docs/install.md shows is what is tested', async (t) => {
  const [, folder = '', settings = ''] = blocksOf(install, 'yaml')
  const tested = (file: string) => readFileSync(join(PROD, 'cache', file), 'utf8').trim()
  const here = folder.replaceAll(/https:\/\/\S+\/\/(\S+)\?ref=\S+/g, '../../../../../../$1')
  t.equal(withoutHead(here), tested('kustomization.yaml'))
  t.equal(withoutHead(settings), tested('settings.yaml'))
})
