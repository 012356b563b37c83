import { installFromSystem, MANAGERS_NAMED } from './system-packages.mjs'
import { isOnPath } from './spawn.mjs'

/** What the benchmark and its tests set beside the sidecar, by program; without one they leave it out, and say so. */
const PEERS = [
  { title: 'nginx', program: 'nginx', packages: { 'apt-get': ['nginx-light'], '': ['nginx'] } },
  { title: 'Varnish', program: 'varnishd', packages: { '': ['varnish'] } },
  { title: 'webdis', program: 'webdis', packages: { '': ['webdis'] } }
]

/** Installs what is missing of them. Throws when that fails. */
export const installPeers = () => {
  const failures = PEERS.flatMap(({ title, program, packages }) => {
    const isThere = () => isOnPath(program)
    if (isThere()) return []
    const reasons = installFromSystem({ title, packages, isThere })
    return isThere() ? [] : [`${title} could not be installed; ${MANAGERS_NAMED}:`, ...reasons]
  })
  if (failures.length > 0) throw new Error(failures.join('\n'))
}
