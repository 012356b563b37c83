import { execFileSync } from 'node:child_process'
import { isOnPath } from '../spawn.mjs'
import { installFromSystem } from '../system-packages.mjs'

/** Builds and runs images without a daemon, and the container runtime that Docker and containerd use. */
const PROGRAMS = ['buildah', 'runc']

/** Installs what is missing. Throws where that cannot be done: it takes root, on Debian or a system derived from it. */
export const ensureImageTools = () => {
  if (process.getuid?.() !== 0 || !isOnPath('apt-get')) {
    throw new Error(
      'The image is built and run by root, with apt-get: it has Debian packages in the place of its bases.'
    )
  }
  const missing = () => PROGRAMS.filter((program) => !isOnPath(program))
  const wanted = missing()
  if (wanted.length === 0) return
  const isThere = () => missing().length === 0
  const failures = installFromSystem({ title: wanted.join(' and '), packages: { '': wanted }, isThere })
  if (!isThere())
    throw new Error([`${missing().join(' and ')} could not be installed.`, ...failures].join('\n'))
}

/** buildah with a store of its own in this folder, whatever the machine has in its own. */
export const buildahIn = (folder) => (args, options) => {
  const store = ['--root', `${folder}/store`, '--runroot', `${folder}/run`]
  return execFileSync('buildah', [...store, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    timeout: 600_000,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options
  }).trim()
}
