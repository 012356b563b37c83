import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isOnPath, root, runQuietly } from './spawn.mjs'
import { installFromSystem } from './system-packages.mjs'

const folder = join(root, '.tools')

export const tools = {
  helm: join(folder, 'bin', 'helm'),
  kubectlValidate: join(folder, 'bin', 'kubectl-validate'),
  promtool: 'promtool'
}

/** `kubectl-validate` carries the schemas of Kubernetes; those of the Prometheus operator come as a module. */
const HELM = { module: 'helm.sh/helm/v3', command: 'cmd/helm', version: 'v3.22.0' }
const VALIDATE = { module: 'sigs.k8s.io/kubectl-validate', command: '', version: 'v0.0.4' }
const OPERATOR = { module: 'github.com/prometheus-operator/prometheus-operator', version: 'v0.85.0' }

/** Programs of the chart's tests and the Debian packages that they are in. */
const PACKAGES = { promtool: 'prometheus', haproxy: 'haproxy' }

/**
 * Installs what is missing: with Go's own client into `.tools`, which git ignores, and from the system's packages.
 * Returns the folder of the operator's schemas.
 */
export const ensureHelmTools = () => {
  if (!isOnPath('go')) {
    throw new Error('Go is needed to install helm and kubectl-validate, and there is no `go` on the PATH.')
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, '.gitignore'), '*\n')
  ensureCommand(tools.helm, HELM)
  ensureCommand(tools.kubectlValidate, VALIDATE)
  ensurePackages()
  return operatorSchemas()
}

const ensureCommand = (program, { module, command, version }) => {
  if (isInstalled(program, { module, version })) return
  const name = [module, command].filter(Boolean).join('/')
  console.log(`Installing ${name}@${version} …`)
  // Without symbols: half the time of the linker.
  const install = ['install', '-ldflags=-s -w', `${name}@${version}`]
  runQuietly('go', install, { GOBIN: join(folder, 'bin') })
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

const operatorSchemas = () => {
  const { module, version } = OPERATOR
  const { Dir } = JSON.parse(say('go', ['mod', 'download', '-json', `${module}@${version}`]))
  return join(Dir, 'example', 'prometheus-operator-crd')
}

const say = (program, args) => execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' })
