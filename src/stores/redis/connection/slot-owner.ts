import { connect as connectTcp, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { Type } from '@sinclair/typebox'
import { AbstractConnector, Redis, type RedisOptions } from 'ioredis'
import { StoreUnavailableError } from '../../../cache/errors.js'
import type { Login } from '../credentials/credentials.js'
import type { RedisNode } from './address.js'
import { parserOf } from '../scripts/script.js'

/** What ioredis takes when its replies are as they come. */
export type ClientOptions = Omit<RedisOptions, 'replyMapping'>

export interface SlotOwnerOptions {
  /** Those that are asked first; later also those that a cluster has told of. */
  readonly nodes: readonly RedisNode[]
  /** All keys are in the slot of this one. */
  readonly prefix: string
  /** Of the short connections that ask where the slot is; its TLS is that of both. */
  readonly asking: ClientOptions
  /** Of these connections, where it changes. */
  readonly login: (() => Promise<Login>) | undefined
}

/** A node, and the name that its certificate must be for where that is not its host. */
type Endpoint = RedisNode & { readonly servername?: string }

/**
 * Connects to the master that owns the prefix's slot at that moment: one connection as to a single server,
 * which serves SCAN and INFO, too. It never follows MOVED from command to command: the owner is looked up
 * anew for a new connection only, so nothing is read from a new master before its epoch has been settled.
 */
export const slotOwnerConnector = ({ nodes, prefix, asking, login }: SlotOwnerOptions) => {
  const { tls } = asking
  let known: readonly RedisNode[] = nodes
  let attempts = 0

  const ask = async (node: RedisNode, present: Login | undefined): Promise<Endpoint> => {
    const client = new Redis({ ...asking, ...present, ...node, lazyConnect: true, retryStrategy: () => null })
    let reason: Error | undefined
    client.on('error', (error: Error) => (reason = error))
    try {
      await client.connect()
      const slot = await client.cluster('KEYSLOT', prefix)
      const ranges = parseClusterSlots(await client.cluster('SLOTS'))
      const { owner, all } = locate(slot, { ranges, askedHost: node.host })
      known = [...nodes, ...all]
      // A cluster tells addresses, while certificates are for names: the one by which it was reached.
      const needsName = tls !== undefined && isIP(owner.host) !== 0 && isIP(node.host) === 0
      return needsName ? { ...owner, servername: node.host } : owner
    } catch (error) {
      throw reason ?? (error instanceof Error ? error : new Error(String(error)))
    } finally {
      client.disconnect()
    }
  }

  /** Begins with another node each time: one that was cut off from the others goes on telling the old owner. */
  const findOwner = async (): Promise<Endpoint> => {
    const start = attempts++ % known.length
    const errors: unknown[] = []
    const present = await login?.()
    for (const node of [...known.slice(start), ...known.slice(0, start)]) {
      try {
        return await ask(node, present)
      } catch (error) {
        errors.push(error)
      }
    }
    throw errors.at(-1)
  }

  return class SlotOwnerConnector extends AbstractConnector {
    constructor() {
      super(2000)
    }

    override async connect() {
      this.connecting = true
      const owner = await findOwner()
      // In the words by which ioredis knows that it was told to disconnect.
      if (!this.isWanted()) throw new Error('Connection is closed.')
      this.stream = tls === undefined ? connectTcp({ ...owner }) : connectTls({ ...tls, ...owner })
      this.stream.once('error', (error: Error) => (this.firstError = error))
      return this.stream
    }

    /** Until `disconnect`, which may come while the owner is looked up. */
    private isWanted(): boolean {
      return this.connecting
    }
  }
}

/** CLUSTER SLOTS: from, to, the master's host, port and more, the same of each replica. */
const NodeSchema = Type.Array(
  Type.Union([Type.String(), Type.Integer(), Type.Null(), Type.Array(Type.String())])
)
const RangeSchema = Type.Array(Type.Union([Type.Integer(), NodeSchema]), { minItems: 3 })
const parseClusterSlots = parserOf(Type.Array(RangeSchema))

type Ranges = ReturnType<typeof parseClusterSlots>

/** The host that was asked stands for an empty one, or none. */
const locate = (slot: number, { ranges, askedHost }: { ranges: Ranges; askedHost: string }) => {
  const nodesIn = (range: Ranges[number]): RedisNode[] =>
    range.slice(2).flatMap((node) => {
      const [host, port] = typeof node === 'object' ? node : []
      if (typeof port !== 'number') return []
      return [{ host: typeof host === 'string' && host !== '' ? host : askedHost, port }]
    })
  const range = ranges.find(([from, to]) => Number(from) <= slot && slot <= Number(to))
  const owner = range === undefined ? undefined : nodesIn(range)[0]
  if (owner === undefined)
    throw new StoreUnavailableError('no node serves the slot of KEY_PREFIX', { kind: 'failing-over' })
  return { owner, all: ranges.flatMap(nodesIn) }
}
