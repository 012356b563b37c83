import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isOnPath, root, runQuietly } from './spawn.mjs'
import { installFromSystem } from './system-packages.mjs'

const folder = join(root, '.tools')

export const tools = {
  helm: join(folder, 'bin', 'helm'),
  helm4: join(folder, 'helm-4', 'helm'),
  kubectlValidate: join(folder, 'bin', 'kubectl-validate'),
  kustomize: join(folder, 'bin', 'kustomize'),
  promtool: 'promtool'
}

const HELM = { module: 'helm.sh/helm/v3', command: 'cmd/helm', version: 'v3.22.0' }
/** Of the same Kubernetes libraries as that Helm 3, so that Go compiles them once. */
const HELM4 = { module: 'helm.sh/helm/v4', command: 'cmd/helm', version: 'v4.3.0' }
const VALIDATE = { module: 'sigs.k8s.io/kubectl-validate', command: '', version: 'v0.0.4' }
/** The one that is in `kubectl` of that Kubernetes, as `kubectl apply -k`. */
const KUSTOMIZE = { module: 'sigs.k8s.io/kustomize/kustomize/v5', command: '', version: 'v5.7.1' }
/** The validator carries schemas up to 1.30 only. */
const KUBERNETES = { module: 'k8s.io/kubernetes', version: 'v1.34.4' }
const GATEWAY = { module: 'sigs.k8s.io/gateway-api', version: 'v1.4.1' }
const OPERATOR = { module: 'github.com/prometheus-operator/prometheus-operator', version: 'v0.85.0' }

/** Programs of the chart's tests and the Debian packages that they are in. */
const PACKAGES = { promtool: 'prometheus', haproxy: 'haproxy' }

/**
 * Installs what is missing: with Go's own client into `.tools`, which git ignores, and from the system's packages.
 * Returns the options by which the validator finds the schemas of Kubernetes, the Gateway API and the Prometheus operator.
 */
export const ensureHelmTools = () => {
  if (!isOnPath('go')) {
    throw new Error('Go is needed to install helm and kubectl-validate, and there is no `go` on the PATH.')
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, '.gitignore'), '*\n')
  ensureCommand(tools.helm, HELM)
  ensureCommand(tools.helm4, HELM4)
  ensureCommand(tools.kubectlValidate, VALIDATE)
  ensureCommand(tools.kustomize, KUSTOMIZE)
  ensurePackages()
  return [
    ...['--version', '1.30', '--local-schemas', kubernetesSchemas()],
    ...['--local-crds', join(download(GATEWAY), 'config', 'crd', 'standard')],
    ...['--local-crds', join(download(OPERATOR), 'example', 'prometheus-operator-crd')]
  ]
}

const ensureCommand = (program, { module, command, version }) => {
  if (isInstalled(program, { module, version })) return
  const name = [module, command].filter(Boolean).join('/')
  console.log(`Installing ${name}@${version} …`)
  // Without symbols: half the time of the linker.
  const install = ['install', '-ldflags=-s -w', `${name}@${version}`]
  runQuietly('go', install, { GOBIN: dirname(program) })
}

const isInstalled = (program, { module, version }) => {
  try {
    return say('go', ['version', '-m', program]).includes(`\tmod\t${module}\t${version}\t`)
  } catch {
    return false
  }
}

const ensurePackages = () => {
  const missing = () => Object.keys(PACKAGES).filter((program) => !isOnPath(program))
  if (missing().length === 0) return
  const names = missing().map((program) => PACKAGES[program])
  const failures = installFromSystem({
    title: names.join(' and '),
    packages: { 'apt-get': names },
    isThere: () => missing().length === 0
  })
  if (missing().length === 0) return
  const needed = `${missing().join(' and ')} needed: install ${names.join(' and ')}, or run this as root on Debian.`
  throw new Error([needed, ...failures].join('\n'))
}

/** Kubernetes has `apis__apps__v1_openapi.json` where the validator looks for `apis/apps/v1.json`. */
const kubernetesSchemas = () => {
  const from = join(download(KUBERNETES), 'api', 'openapi-spec', 'v3')
  const schemas = join(folder, `kubernetes-${KUBERNETES.version}`)
  for (const name of readdirSync(from)) {
    const group = /^(api|apis__.+)__(v[^_]+)_openapi\.json$/.exec(name)
    if (group === null) continue
    const file = join(schemas, ...group[1].split('__'), `${group[2]}.json`)
    mkdirSync(dirname(file), { recursive: true })
    copyFileSync(join(from, name), file)
  }
  return schemas
}

const download = ({ module, version }) =>
  JSON.parse(say('go', ['mod', 'download', '-json', `${module}@${version}`])).Dir

const say = (program, args) => execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' })
