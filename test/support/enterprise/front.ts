import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { endWithTest, exitOf, nodeCommand } from '../children.js'
import { eventually } from '../eventually.js'
import { freePort } from '../free-port.js'
import { callerOptions, type Policy } from './verdict.js'

/** What stands at the address of a server: Redis itself, or the proxy of Redis Enterprise, by its clustering policy. */
export type Behaviour = 'redis' | 'enterprise' | 'enterprise-clustered' | 'enterprise-oss'

const POLICIES: Readonly<Record<Exclude<Behaviour, 'redis'>, Policy>> = {
  enterprise: 'none',
  'enterprise-clustered': 'enterprise',
  'enterprise-oss': 'oss'
}

const isEnterprise = (text: string | undefined): text is Exclude<Behaviour, 'redis'> =>
  text !== undefined && Object.hasOwn(POLICIES, text)

/** That of a server of which a test does not say otherwise. */
export const configuredBehaviour = (): Behaviour => {
  const configured = process.env['TEST_REDIS']
  return isEnterprise(configured) ? configured : 'redis'
}

export interface FrontOptions {
  readonly behavesAs: Behaviour
  readonly port: number | undefined
  readonly password: string | undefined
}

export interface Front {
  /** Where it listens; undefined when that is the server's own port. */
  readonly port: number | undefined
  /** Any free one when undefined. */
  readonly serverPort: number | undefined
  readonly serverArgs: readonly string[]
  /** To be called each time. */
  serverStarted(port: number): Promise<void>
  stop(): Promise<unknown>
}

export const frontOf = async (options: FrontOptions): Promise<Front> => {
  const { behavesAs, port = await freePort(), password } = options
  if (behavesAs === 'redis') {
    const nothing = async (): Promise<void> => undefined
    const server = { port: undefined, serverPort: options.port, serverArgs: [] }
    return { ...server, serverStarted: nothing, stop: nothing }
  }
  const policy = POLICIES[behavesAs]
  const isSharded = policy !== 'none'
  const serverPort = await freePort()
  const proxy = await startProxy({ port, serverPort, policy })
  return {
    port,
    serverPort,
    serverArgs: [...callerOptions, ...(isSharded ? clusterArgs(port) : [])],
    serverStarted: () => (isSharded ? serveSlots(serverPort, password) : Promise.resolve()),
    stop: () => proxy.stop()
  }
}

/** Its own address, where it tells it, is the proxy's. */
const clusterArgs = (port: number): readonly string[] => [
  ...['--cluster-enabled', 'yes'],
  ...['--cluster-announce-ip', '127.0.0.1', '--cluster-announce-port', `${port}`]
]

interface ProxyOptions {
  readonly port: number
  readonly serverPort: number
  readonly policy: Policy
}

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

/** Resolves when it listens. It is a process of its own: no work of the test makes it slow. */
const startProxy = async ({ port, serverPort, policy }: ProxyOptions) => {
  const args = ['--import', 'tsx', MAIN, `${port}`, `${serverPort}`, policy]
  const child = spawn(...nodeCommand(args, {}), { stdio: ['ignore', 'pipe', 'inherit'] })
  endWithTest(child)
  await Promise.race([
    new Promise((resolve) => createInterface(child.stdout).once('line', resolve)),
    exitOf(child).then(() => Promise.reject(new Error('The proxy ended at its start.')))
  ])
  return {
    stop: () => {
      child.kill('SIGKILL')
      return exitOf(child)
    }
  }
}

/** A database that shards is a cluster of one server: Redis itself then says what reaches more than one slot. */
const serveSlots = async (port: number, password: string | undefined): Promise<void> => {
  const client = new Redis(port, '127.0.0.1', password === undefined ? {} : { password })
  client.on('error', () => undefined)
  try {
    const all = Array.from({ length: 16_384 }, (_, slot) => slot)
    if (!(await client.cluster('INFO')).includes('cluster_slots_assigned:16384'))
      await client.cluster('ADDSLOTS', ...all)
    await eventually(async () => (await client.cluster('INFO')).includes('cluster_state:ok'))
  } finally {
    client.disconnect()
  }
}
