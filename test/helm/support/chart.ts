import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'

const HELM = '.tools/bin/helm'

/** For the `skip` option: the tests of the chart need what `scripts/check-helm.mjs` installs. */
export const needsHelm: string | false =
  spawnSync(HELM, ['version']).status === 0 ? false : 'needs helm: run `node scripts/check-helm.mjs` first'

export const needsPromtool: string | false =
  spawnSync('promtool', ['--version']).status === 0
    ? false
    : 'needs promtool: run `node scripts/check-helm.mjs`'

export interface Values {
  /** Names of files in `test/helm/values`, or paths. */
  readonly files?: readonly string[]
  /** Single values, such as `redis.mode: 'shared'`. */
  readonly set?: Readonly<Record<string, string | number | boolean>>
  /** The images are given unless this is true. */
  readonly isBare?: boolean
  readonly chart?: string
}

export interface Rendered {
  /** The only manifest of that kind, or of that name among them; throws when it is not there. */
  manifest(kind: string, name?: string): unknown
  /** `Kind/name` of all of them. */
  readonly names: readonly string[]
}

/** The manifests of a release called `spms-cache`. Throws with what helm said when the chart refuses. */
export const render = (values: Values = {}): Rendered => {
  const { status, stdout, stderr } = template(values)
  if (status !== 0) throw new Error(stderr)
  return manifestsIn(stdout)
}

export const manifestsIn = (yaml: string): Rendered => {
  const manifests = parseAllDocuments(yaml)
    .map((document) => {
      const manifest: unknown = document.toJS()
      return manifest
    })
    .filter((manifest) => manifest !== null)
  const nameOf = (manifest: unknown) => `${text(manifest, 'kind')}/${text(manifest, 'metadata/name')}`
  return {
    names: manifests.map(nameOf),
    manifest: (kind, name) => {
      const found = manifests.filter((manifest) =>
        name === undefined ? text(manifest, 'kind') === kind : nameOf(manifest) === `${kind}/${name}`
      )
      if (found.length !== 1) throw new Error(`There are ${found.length} manifests ${kind} ${name ?? ''}`)
      return found[0]
    }
  }
}

/** What helm says to values that it does not take; empty when it takes them. */
export const refusal = (values: Values): string => {
  const { status, stderr } = template(values)
  return status === 0 ? '' : stderr
}

const IMAGES = {
  'backend.image': 'registry/spms:1.2.3',
  'sidecar.image': 'registry/spms-cache-sidecar:0.1.0'
}

const template = ({ files = [], set = {}, isBare = false, chart = 'helm' }: Values) => {
  const all = { ...(isBare ? {} : IMAGES), ...set }
  return spawnSync(
    HELM,
    [
      ...['template', 'spms-cache', chart, '--kube-version', '1.32.0'],
      ...files.flatMap((file) => ['--values', existsSync(file) ? file : `test/helm/values/${file}.yaml`]),
      ...Object.entries(all).flatMap(([name, value]) => ['--set', `${name}=${value}`])
    ],
    { encoding: 'utf8', maxBuffer: 2 ** 24 }
  )
}

/** What stands at a path such as `spec/containers/backend/image`; the items of a list go by name or index. */
export const at = (value: unknown, path: string): unknown =>
  path.split('/').reduce<unknown>((within, key) => {
    if (Array.isArray(within)) {
      const items: readonly unknown[] = within
      return items.find((item) => isRecord(item) && item['name'] === key) ?? items[Number(key)]
    }
    return isRecord(within) ? within[key] : undefined
  }, value)

/** The same for what must be a text or a number. */
export const text = (value: unknown, path: string): string => {
  const found = at(value, path)
  if (typeof found === 'string' || typeof found === 'number') return String(found)
  throw new Error(`There is no text at ${path}.`)
}

/** The same for what must be a list. */
export const list = (value: unknown, path: string): readonly unknown[] => {
  const found = at(value, path)
  if (Array.isArray(found)) return found
  throw new Error(`There is no list at ${path}.`)
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const POD = 'spec/template/spec'
