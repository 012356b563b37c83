import { isOnPath, runQuietly } from './spawn.mjs'

/**
 * Makes sure that the tests have a Redis server: a program on the PATH, of which each test starts its own; or
 * the address in TEST_REDIS_URL; or else a program that the system's package manager installs. Returns
 * whether the tests have to share one server.
 */
export const ensureRedis = () => {
  if (hasServer()) return { isShared: false }
  if (process.env.TEST_REDIS_URL) return { isShared: true }
  const failures = installServer()
  if (hasServer()) return { isShared: false }
  throw new Error(
    [
      'The tests need a Redis server and none could be found or installed. Any one of these is enough:',
      '  - put `redis-server` or `valkey-server` on the PATH;',
      '  - run the tests as root, or with sudo that asks no password, on a system with apt-get, dnf, yum, apk,',
      '    pacman or brew: the server is then installed from there;',
      '  - set TEST_REDIS_URL to a server whose database may be emptied; tests that stop a server are skipped.',
      ...failures
    ].join('\n')
  )
}

const SERVERS = ['redis-server', 'valkey-server']
const hasServer = () => SERVERS.some(isOnPath)

/** Tried in turn until one has brought a server; the package has another name on some releases. */
const MANAGERS = [
  { program: 'apt-get', refresh: ['update'], install: ['install', '-y', '--no-install-recommends'] },
  { program: 'dnf', install: ['install', '-y'] },
  { program: 'yum', install: ['install', '-y'] },
  { program: 'apk', install: ['add', '--no-cache'] },
  { program: 'pacman', install: ['-Sy', '--noconfirm'] },
  { program: 'brew', install: ['install'], asUser: true }
]
const PACKAGES = { 'apt-get': ['redis-server', 'valkey-server'], brew: ['redis'], '': ['redis', 'valkey'] }

const installServer = () => {
  const manager = MANAGERS.find(({ program }) => isOnPath(program))
  if (manager === undefined) return ['(No known package manager is on the PATH.)']
  const { program, refresh, install, asUser = false } = manager
  if (!asUser && process.getuid?.() !== 0 && !hasPasswordlessSudo()) {
    return [`(${program} is here, but this user is not root and has no sudo without a password.)`]
  }
  console.log(`Installing a Redis server with ${program} …`)
  const run = asUser || process.getuid?.() === 0 ? runQuietly : runAsRoot
  const failures = []
  const attempt = (args) => {
    try {
      run(program, args, { DEBIAN_FRONTEND: 'noninteractive' })
    } catch (error) {
      failures.push(error.message)
    }
  }
  if (refresh !== undefined) attempt(refresh)
  for (const name of PACKAGES[program] ?? PACKAGES['']) {
    if (!hasServer()) attempt([...install, name])
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
