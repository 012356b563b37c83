import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { Test } from 'tap'
import { endWithTest, exitOf } from '../support/children.js'
import { eventually } from '../support/eventually.js'
import { freePort } from '../support/free-port.js'
import { launchRedis } from '../support/redis-program.js'

export interface ServerNode {
  readonly port: number
  readonly call: (command: string, ...args: readonly (string | number)[]) => Promise<unknown>
  readonly info: (section: string) => Promise<string>
  readonly kill: () => Promise<unknown>
}

const folderFor = async (t: Test): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'spms-redis-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const nodeAt = (t: Test, port: number, child: Parameters<typeof exitOf>[0]): ServerNode => {
  const client = new Redis({ port, host: '127.0.0.1', maxRetriesPerRequest: 0, retryStrategy: () => 50 })
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
export const startNode = async (t: Test, ...args: readonly string[]): Promise<ServerNode> => {
  const { child, port } = await launchRedis({ folder: await folderFor(t), port: undefined, args })
  return nodeAt(t, port, child)
}

/** A replica that has all of its master. */
export const startReplica = async (t: Test, master: ServerNode): Promise<ServerNode> => {
  const replica = await startNode(t, '--replicaof', `127.0.0.1 ${master.port}`)
  await untilLinked(replica)
  return replica
}

export const untilLinked = (replica: ServerNode): Promise<unknown> =>
  eventually(async () => (await replica.info('replication')).includes('master_link_status:up'))

/** Sentinels that watch the master as `mymaster`, and know of each other and its replica. */
export const startSentinels = async (t: Test, master: ServerNode, count: number): Promise<ServerNode[]> => {
  const start = async (): Promise<ServerNode> => {
    const port = await freePort()
    const file = join(await folderFor(t), 'sentinel.conf')
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `sentinel monitor mymaster 127.0.0.1 ${master.port} 2`,
      'sentinel down-after-milliseconds mymaster 500',
      'sentinel failover-timeout mymaster 3000'
    ]
    await writeFile(file, lines.join('\n'))
    const child = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' })
    endWithTest(child)
    return nodeAt(t, port, child)
  }
  const sentinels = await Promise.all(Array.from({ length: count }, start))
  for (const sentinel of sentinels) {
    await eventually(async () => (await sentinel.info('sentinel')).includes(`slaves=1,sentinels=${count}`))
  }
  return sentinels
}

const RANGES = [
  [0, 5460],
  [5461, 10922],
  [10923, 16383]
] as const

export interface RedisCluster {
  readonly url: string
  /** The master that owns the slot of `{spms}:`. */
  readonly owner: ServerNode
  readonly masters: readonly ServerNode[]
}

/** Three masters, and a replica of the one that owns the slot of `{spms}:`. */
export const startCluster = async (t: Test, ...args: readonly string[]): Promise<RedisCluster> => {
  const start = async () => {
    const busPort = await freePort()
    const settings = [
      '--cluster-enabled',
      'yes',
      '--cluster-node-timeout',
      '1000',
      '--cluster-port',
      `${busPort}`
    ]
    return { node: await startNode(t, ...settings, ...args), busPort }
  }
  const started = [await start(), await start(), await start(), await start()]
  const [owner, second, third, replica] = started.map(({ node }) => node)
  if (owner === undefined || second === undefined || third === undefined || replica === undefined)
    throw new Error()
  const masters = [owner, second, third]
  const slot = Number(await owner.call('cluster', 'keyslot', '{spms}:'))
  const isOwn = ([from, to]: (typeof RANGES)[number]): boolean => from <= slot && slot <= to
  const ranges = [...RANGES.filter(isOwn), ...RANGES.filter((range) => !isOwn(range))]
  for (const [at, range] of ranges.entries()) await masters[at]?.call('cluster', 'addslotsrange', ...range)
  for (const { node, busPort } of started.slice(1)) {
    await owner.call('cluster', 'meet', '127.0.0.1', node.port, busPort)
  }
  const id = String(await owner.call('cluster', 'myid'))
  await eventually(async () => String(await replica.call('cluster', 'nodes')).includes(id))
  await eventually(async () => (await replica.call('cluster', 'replicate', id)) === 'OK')
  for (const { node } of started) {
    await eventually(async () => {
      const state = String(await node.call('cluster', 'info'))
      return state.includes('cluster_state:ok') && state.includes('cluster_known_nodes:4')
    })
  }
  await untilLinked(replica)
  for (const master of masters) {
    await eventually(async () => String(await master.call('cluster', 'nodes')).includes('slave'))
  }
  return {
    url: `redis+cluster://${masters.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    owner,
    masters
  }
}
