import { isOnPath } from './spawn.mjs'
import { installFromSystem, MANAGERS_NAMED } from './system-packages.mjs'

/**
 * Makes sure that the tests have a Redis server: a program on the PATH, of which each test starts its own; or
 * the address in TEST_REDIS_URL; or else a program that the system's package manager installs. Returns
 * whether the tests have to share one server.
 */
export const ensureRedis = () => {
  if (hasServer()) return { isShared: false }
  if (process.env.TEST_REDIS_URL) return { isShared: true }
  const failures = installFromSystem({ title: 'a Redis server', packages: PACKAGES, isThere: hasServer })
  if (hasServer()) return { isShared: false }
  throw new Error(
    [
      'The tests need a Redis server and none could be found or installed. Any one of these is enough:',
      '  - put `redis-server` or `valkey-server` on the PATH;',
      `  - ${MANAGERS_NAMED}: the server is then installed from there;`,
      '  - set TEST_REDIS_URL to a server whose database may be emptied; tests that stop a server are skipped.',
      ...failures
    ].join('\n')
  )
}

const SERVERS = ['redis-server', 'valkey-server']
const hasServer = () => SERVERS.some(isOnPath)

const PACKAGES = { 'apt-get': ['redis-server', 'valkey-server'], brew: ['redis'], '': ['redis', 'valkey'] }
