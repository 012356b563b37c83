import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { Test } from 'tap'
import { exitOf } from '../support/children.js'
import { eventually } from '../support/eventually.js'
import { freePort } from '../support/free-port.js'
import { launchRedis } from '../support/redis-program.js'
import type { Certificates } from '../support/certificates.js'

export interface ServerNode {
  readonly port: number
  readonly call: (command: string, ...args: readonly (string | number)[]) => Promise<unknown>
  readonly info: (section: string) => Promise<string>
  readonly kill: () => Promise<unknown>
}

export const folderFor = async (t: Test): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'spms-redis-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export interface NodeOptions {
  /** TLS only. */
  readonly certificates?: Certificates | undefined
}

interface Started extends NodeOptions {
  readonly port: number
  readonly child: Parameters<typeof exitOf>[0]
}

export const nodeAt = (t: Test, { port, child, certificates }: Started): ServerNode => {
  const client = new Redis({
    ...{ port, host: 'localhost', family: 4, maxRetriesPerRequest: 0, retryStrategy: () => 50 },
    ...(certificates && { tls: { ca: readFileSync(certificates.ca) } })
  })
  client.on('error', () => undefined)
  const kill = (): Promise<unknown> => {
    client.disconnect()
    child.kill('SIGKILL')
    return exitOf(child)
  }
  t.teardown(kill)
  return {
    port,
    call: (command, ...args) => client.call(command, ...args),
    info: (section) => client.info(section),
    kill
  }
}

/** A server in a process of its own, killed with the test. */
export const startNode = async (
  t: Test,
  { certificates, args = [] }: NodeOptions & { readonly args?: readonly string[] } = {}
): Promise<ServerNode> => {
  const port = await freePort()
  const tls = certificates?.serverArgs(port) ?? []
  const { child } = await launchRedis({ folder: await folderFor(t), port, args: [...tls, ...args] })
  return nodeAt(t, { port, child, certificates })
}

/** A replica that has all of its master. */
export const startReplica = async (
  t: Test,
  master: ServerNode,
  options: NodeOptions = {}
): Promise<ServerNode> => {
  const replica = await startNode(t, { ...options, args: ['--replicaof', `127.0.0.1 ${master.port}`] })
  await untilLinked(replica)
  return replica
}

export const untilLinked = (replica: ServerNode): Promise<unknown> =>
  eventually(async () => (await replica.info('replication')).includes('master_link_status:up'))
