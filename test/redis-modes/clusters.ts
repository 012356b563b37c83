import type { Test } from 'tap'
import { eventually } from '../support/eventually.js'
import { freePort } from '../support/free-port.js'
import { startNode, untilLinked, type NodeOptions, type ServerNode } from './servers.js'

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
  /** Of the owner. */
  readonly replica: ServerNode
}

/** Three masters, and a replica of the one that owns the slot of `{spms}:`. `host` is theirs in the address. */
export const startCluster = async (
  t: Test,
  { certificates, host = '127.0.0.1' }: NodeOptions & { readonly host?: string } = {}
): Promise<RedisCluster> => {
  const start = async () => {
    const busPort = await freePort()
    const args = [
      ...['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000'],
      ...['--cluster-port', `${busPort}`]
    ]
    return { node: await startNode(t, { certificates, args }), busPort }
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
  const scheme = certificates === undefined ? 'redis' : 'rediss'
  return {
    url: `${scheme}+cluster://${masters.map(({ port }) => `${host}:${port}`).join(',')}`,
    owner,
    masters,
    replica
  }
}
