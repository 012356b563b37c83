import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Rendered, manifestsIn } from '../../helm/support/chart.js'

const KUSTOMIZE = '.tools/bin/kustomize'

export const needsKustomize: string | false =
  spawnSync(KUSTOMIZE, ['version']).status === 0
    ? false
    : 'needs kustomize: run `node scripts/check-helm.mjs` first'

/** The overlays of SPMS, where the project's own folder of components is where it is here. */
export const OVERLAYS = 'test/kustomize/spms/overlays'

/** A copy of overlays and components, to change something in: the folder of the overlays. */
export const copyOfOverlays = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'spms-kustomize-'))
  for (const part of ['deploy/kustomize', 'test/kustomize/spms']) {
    cpSync(part, join(folder, part), { recursive: true })
  }
  return join(folder, OVERLAYS)
}

/** What `kubectl apply -k` would apply. Throws with what kustomize says when it refuses. */
export const build = (folder: string): Rendered => {
  const { status, stdout, stderr } = spawnSync(KUSTOMIZE, ['build', folder], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return manifestsIn(stdout)
}
