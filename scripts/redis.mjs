import { installServer, SERVERS } from './redis-servers.mjs'
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

/**
 * Where TEST_REDIS names a server in place of the one on the PATH, the tests start that one. It may instead name a
 * behaviour of `test/support/enterprise`.
 */
export const chooseServer = () => {
  const { TEST_REDIS: name = '' } = process.env
  if (Object.hasOwn(SERVERS, name)) process.env.TEST_REDIS_PROGRAM = installServer(name)
  else if (name !== '' && !name.startsWith('enterprise')) {
    throw new Error(`TEST_REDIS=${name}: must be one of ${Object.keys(SERVERS).join(', ')}, or enterprise`)
  }
}

const hasServer = () => ['redis-server', 'valkey-server'].some(isOnPath)

const PACKAGES = { 'apt-get': ['redis-server', 'valkey-server'], brew: ['redis'], '': ['redis', 'valkey'] }
