// Checks the chart, with Helm 3 and 4, and the Kustomize component: lint, rendering and validation of every values file, Redis mode and
// overlay, and the alert rules with their unit tests. The last line is `N passed, N failed`.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { ensureHelmTools, tools } from './helm-tools.mjs'
import { root } from './spawn.mjs'

/** Values files of the chart, each with the test values that are laid over it; '' for none. */
const CASES = {
  'values.yaml': [
    ...['pod', 'pod-monitor', 'shared', 'external-tls', 'external-cluster', 'external-sentinel'],
    ...['external-entra', 'external-password-file', 'everything', 'cache-off', 'sidecar-off']
  ],
  'values-staging.yaml': ['', 'shared', 'cache-off', 'sidecar-off'],
  'values-production.yaml': [
    ...['', 'external-tls', 'external-cluster', 'external-sentinel'],
    ...['cache-off', 'sidecar-off']
  ]
}
const CLUSTER = ['--kube-version', '1.32.0']
const IMAGES = [
  ...['--set', 'backend.image=registry/spms:1.2.3'],
  ...['--set', 'sidecar.image=registry/spms-cache-sidecar:0.1.0']
]

const counts = { passed: 0, failed: 0 }

const hold = (name, holds) => {
  counts[holds ? 'passed' : 'failed']++
  console.log(`${holds ? 'ok' : 'FAILED'}  ${name}`)
}

const check = (name, program, args, { isRefused = false } = {}) => {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    // No cluster is asked for its schemas, whatever this machine is connected to.
    env: { ...process.env, KUBECONFIG: '/dev/null' }
  })
  const holds = isRefused ? status === 1 : status === 0
  hold(name, holds)
  if (!holds) console.log(error?.message ?? `${stdout}${stderr}`)
  return stdout
}

const withoutBlankLines = (text) => text.replaceAll(/\n{2,}/g, '\n')

const checkChart = ({ name, chart, options, rendered }) => {
  const lint = ['lint', '--strict', '--quiet', chart, ...CLUSTER, ...options]
  const template = ['template', 'spms', chart, ...CLUSTER, ...options]
  check(`lint ${name}`, tools.helm, lint)
  check(`lint ${name} with Helm 4`, tools.helm4, lint)
  const manifests = check(`template ${name}`, tools.helm, template)
  const ofHelm4 = check(`template ${name} with Helm 4`, tools.helm4, template)
  hold(`Helm 4 makes the same of ${name}`, withoutBlankLines(ofHelm4) === withoutBlankLines(manifests))
  const file = join(rendered, `${name.replaceAll(/[^a-z-]+/g, '_')}.yaml`)
  writeFileSync(file, manifests)
  return file
}

const checkCases = (rendered) =>
  Object.entries(CASES).flatMap(([values, overlays]) =>
    overlays.map((overlay) => {
      const files = [`helm/${values}`, ...(overlay === '' ? [] : [`test/helm/values/${overlay}.yaml`])]
      const options = [...IMAGES, ...files.flatMap((file) => ['--values', file])]
      const name = files.map((file) => basename(file, '.yaml')).join(' + ')
      return checkChart({ name, chart: 'helm', options, rendered })
    })
  )

/** The chart as a part of another one, without the network: a copy of it stands where a download would. */
const checkConsumer = (folder, rendered) => {
  const chart = join(folder, 'consumer')
  cpSync(join(root, 'test/helm/consumer'), chart, { recursive: true })
  mkdirSync(join(chart, 'charts'))
  cpSync(join(root, 'helm'), join(chart, 'charts/spms-cache'), { recursive: true })
  return checkChart({ name: 'consumer', chart, options: [], rendered })
}

/** The component over overlays like those of SPMS. */
const checkOverlays = (rendered) =>
  ['test', 'prod'].map((overlay) => {
    const file = join(rendered, `overlay-${overlay}.yaml`)
    const build = ['build', `test/kustomize/spms/overlays/${overlay}`]
    writeFileSync(file, check(`build overlay ${overlay}`, tools.kustomize, build))
    return file
  })

const validate = (name, files, schemas, options) =>
  check(`validate ${name}`, tools.kubectlValidate, [...files, ...schemas], options)

/** A validator that refuses it has older schemas. */
const SINCE_1_34 =
  'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, restartPolicyRules: [{action: Restart}]}]}\n'

/** A validator that lets these through has not looked. */
const MISTAKES = {
  'a Deployment with a field that does not exist':
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replica: 1, selector: {}, template: {}}\n',
  'a ServiceMonitor with a number for a duration':
    'apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a}\nspec: {selector: {}, endpoints: [{interval: 5}]}\n'
}

const checkManifests = (folder, schemas) => {
  const rendered = join(folder, 'rendered')
  mkdirSync(rendered)
  const files = [...checkCases(rendered), checkConsumer(folder, rendered), ...checkOverlays(rendered)]
  for (const file of files) validate(basename(file), [file], schemas)
  const newest = join(folder, 'newest.yaml')
  writeFileSync(newest, SINCE_1_34)
  validate('what only Kubernetes 1.34 knows', [newest], schemas)
  for (const [index, [name, text]] of Object.entries(MISTAKES).entries()) {
    const file = join(folder, `mistake-${index}.yaml`)
    writeFileSync(file, text)
    validate(`refuses ${name}`, [file], schemas, { isRefused: true })
  }
}

const checkAlerts = () => {
  check('alert rules', tools.promtool, ['check', 'rules', 'helm/files/alerts.yaml'])
  check('tests of the alert rules', tools.promtool, ['test', 'rules', 'test/helm/alerts.test.yaml'])
}

const folder = mkdtempSync(join(tmpdir(), 'spms-helm-'))
try {
  checkManifests(folder, ensureHelmTools())
  checkAlerts()
} catch (error) {
  console.error(error.message)
  counts.failed++
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(`${counts.passed} passed, ${counts.failed} failed`)
process.exitCode = counts.failed === 0 ? 0 : 1
