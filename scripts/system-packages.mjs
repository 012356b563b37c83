import { isOnPath, runQuietly } from './spawn.mjs'

const MANAGERS = [
  { program: 'apt-get', refresh: ['update'], install: ['install', '-y', '--no-install-recommends'] },
  { program: 'dnf', install: ['install', '-y'] },
  { program: 'yum', install: ['install', '-y'] },
  { program: 'apk', install: ['add', '--no-cache'] },
  { program: 'pacman', install: ['-Sy', '--noconfirm'] },
  { program: 'brew', install: ['install'], asUser: true }
]

/** Whom a message may tell what would have been enough. */
export const MANAGERS_NAMED =
  'run the tests as root, or with sudo that asks no password, on a system with apt-get, dnf, yum, apk, pacman or brew'

/**
 * Installs with the system's package manager until `isThere()`. `packages` are by manager, `''` for the others: names
 * that are tried in turn, because a package has another name on some releases. Returns why it could not be done, as
 * lines for a message; what is there afterwards is for the caller to look at.
 */
export const installFromSystem = ({ title, packages, isThere }) => {
  const manager = MANAGERS.find(({ program }) => isOnPath(program))
  if (manager === undefined) return ['(No known package manager is on the PATH.)']
  const { program, refresh, install, asUser = false } = manager
  const isRoot = process.getuid?.() === 0
  if (!asUser && !isRoot && !hasPasswordlessSudo()) {
    return [`(${program} is here, but this user is not root and has no sudo without a password.)`]
  }
  console.log(`Installing ${title} with ${program} …`)
  const run = asUser || isRoot ? runQuietly : runAsRoot
  const failures = []
  const attempt = (args) => {
    try {
      run(program, args, { DEBIAN_FRONTEND: 'noninteractive' })
    } catch (error) {
      failures.push(error.message)
    }
  }
  if (refresh !== undefined) attempt(refresh)
  for (const name of packages[program] ?? packages[''] ?? []) {
    if (!isThere()) attempt([...install, ...name.split(' ')])
  }
  return failures
}

const hasPasswordlessSudo = () => {
  try {
    runQuietly('sudo', ['-n', 'true'])
    return true
  } catch {
    return false
  }
}

const runAsRoot = (program, args, env) =>
  runQuietly('sudo', [
    '-n',
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
    program,
    ...args
  ])
