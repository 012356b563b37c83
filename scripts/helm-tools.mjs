import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isOnPath, root, runQuietly } from './spawn.mjs'

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

/**
 * Installs what is missing: with Go's own client into `.tools`, which git ignores, and promtool from the system's
 * packages. Returns the folder of the operator's schemas.
 */
export const ensureHelmTools = () => {
  if (!isOnPath('go')) {
    throw new Error('Go is needed to install helm and kubectl-validate, and there is no `go` on the PATH.')
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, '.gitignore'), '*\n')
  ensureCommand(tools.helm, HELM)
  ensureCommand(tools.kubectlValidate, VALIDATE)
  ensurePromtool()
  return operatorSchemas()
}

const ensureCommand = (program, { module, command, version }) => {
  if (isInstalled(program, { module, version })) return
  const name = [module, command].filter(Boolean).join('/')
  console.log(`Installing ${name}@${version} …`)
  runQuietly('go', ['install', `${name}@${version}`], { GOBIN: join(folder, 'bin') })
}

const isInstalled = (program, { module, version }) => {
  try {
    return say('go', ['version', '-m', program]).includes(`\tmod\t${module}\t${version}\t`)
  } catch {
    return false
  }
}

const ensurePromtool = () => {
  if (isOnPath(tools.promtool)) return
  if (!isOnPath('apt-get') || process.getuid?.() !== 0) {
    throw new Error('promtool is needed: install the package `prometheus`, or run this as root on Debian.')
  }
  console.log('Installing promtool with apt-get …')
  const install = ['install', '-y', '--no-install-recommends', 'prometheus']
  runQuietly('apt-get', ['update'])
  runQuietly('apt-get', install, { DEBIAN_FRONTEND: 'noninteractive' })
}

const operatorSchemas = () => {
  const { module, version } = OPERATOR
  const { Dir } = JSON.parse(say('go', ['mod', 'download', '-json', `${module}@${version}`]))
  return join(Dir, 'example', 'prometheus-operator-crd')
}

const say = (program, args) => execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' })
