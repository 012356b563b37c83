import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { exitOf, isAlive } from './children.js'
import type { Exit } from './children.js'
import { type Behaviour, configuredBehaviour, frontOf } from './enterprise/front.js'
import { launchRedis, needsOwnRedis } from './redis-program.js'

export { type Behaviour, configuredBehaviour, needsOwnRedis }

export interface RedisServerOptions {
  /** Configuration as on the command line, such as `['--maxmemory', '4mb']`. */
  readonly args?: readonly string[]
  readonly port?: number
  readonly password?: string
  /** Redis itself, or a proxy before it that behaves as Redis Enterprise does. Without it, as TEST_REDIS says. */
  readonly behavesAs?: Behaviour
}

export interface RestartOptions {
  /** With the data as it is now, or as the last snapshot has it when the server has ended already. */
  readonly keepData?: boolean
  /** In place of those it was started with. */
  readonly args?: readonly string[]
}

/** A Redis server for one test, in a process of its own, without persistence unless `args` turn it on. */
export interface RedisServer {
  /** For what is tested. */
  readonly url: string
  readonly port: number
  /** Of the process that runs now. */
  readonly pid: number
  /** A new client of Redis itself, proxy or not, that fails at once while it is away; closed by `stop`. */
  client(): Redis
  /** One command over a connection of its own. */
  cli(command: string, ...args: readonly string[]): Promise<unknown>
  /** Resolves when the process has ended. */
  kill(signal?: NodeJS.Signals): Promise<Exit>
  freeze(): void
  thaw(): void
  /** On the same port. */
  restart(options?: RestartOptions): Promise<void>
  /** Ends the server and its clients and removes its folder. */
  stop(): Promise<void>
}

/** Where there is no server program, the server of TEST_REDIS_URL is lent, emptied, to tests that only use it. */
export const startRedis = async (options: RedisServerOptions = {}): Promise<RedisServer> => {
  const lent = process.env['TEST_REDIS_URL']
  if (needsOwnRedis !== false && lent !== undefined) return lendRedis(lent)

  const { args = [], password, behavesAs = configuredBehaviour() } = options
  const folder = await mkdtemp(join(tmpdir(), 'spms-redis-'))
  const login = password === undefined ? [] : ['--requirepass', password]
  const front = await frontOf({ behavesAs, port: options.port, password })
  const launch = async (port: number | undefined, args: readonly string[]) => {
    const started = await launchRedis({ folder, port, args: [...login, ...front.serverArgs, ...args] })
    await front.serverStarted(started.port)
    return started
  }
  let running = await launch(front.serverPort, args)
  const { port: serverPort } = running
  const port = front.port ?? serverPort
  const userinfo = password === undefined ? '' : `:${encodeURIComponent(password)}@`
  const url = addressAt(port, { behavesAs, userinfo })
  const clients = createClients(addressAt(serverPort, { behavesAs, userinfo }))

  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<Exit> => {
    running.child.kill(signal)
    return exitOf(running.child)
  }

  return {
    url,
    port,
    get pid() {
      return running.pid
    },
    client: clients.connect,
    cli: clients.cli,
    kill,
    freeze: () => void running.child.kill('SIGSTOP'),
    thaw: () => void running.child.kill('SIGCONT'),
    restart: async ({ keepData = false, args: changed = args } = {}) => {
      if (!keepData) {
        await kill()
        await rm(join(folder, 'dump.rdb'), { force: true })
      } else if (isAlive(running.child)) {
        await clients.cli('save')
        await kill()
      }
      running = await launch(serverPort, changed)
    },
    stop: async () => {
      clients.close()
      await front.stop()
      await kill()
      await rm(folder, { recursive: true, force: true })
    }
  }
}

/** The address of a server without a password, there or not. A Redis Enterprise has no databases to choose from. */
export const addressAt = (
  port: number,
  { behavesAs = configuredBehaviour(), userinfo = '' }: { behavesAs?: Behaviour; userinfo?: string } = {}
): string => `redis://${userinfo}127.0.0.1:${port}${behavesAs === 'redis' ? '/1' : ''}`

const createClients = (url: string) => {
  const open = new Set<Redis>()
  const connect = (): Redis => {
    const client = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => 50 })
    client.on('error', () => undefined)
    open.add(client)
    return client
  }
  return {
    connect,
    cli: async (command: string, ...args: readonly string[]): Promise<unknown> => {
      const client = connect()
      try {
        return await client.call(command, ...args)
      } finally {
        client.disconnect()
        open.delete(client)
      }
    },
    close: () => {
      for (const client of open) client.disconnect()
    }
  }
}

const lendRedis = async (url: string): Promise<RedisServer> => {
  const clients = createClients(url)
  await clients.cli('flushdb')
  const refuse = (): never => {
    throw new Error(`This test ${String(needsOwnRedis)}: give it the option { skip: needsOwnRedis }.`)
  }
  return {
    url,
    port: Number(new URL(url).port || 6379),
    get pid() {
      return refuse()
    },
    client: clients.connect,
    cli: clients.cli,
    kill: refuse,
    freeze: refuse,
    thaw: refuse,
    restart: refuse,
    stop: async () => clients.close()
  }
}
