import { setTimeout as pause } from 'node:timers/promises'
import type { Test } from 'tap'
import { infoOf, redisFor } from '../stores/redis-fixtures.js'
import { eventually } from '../support/eventually.js'
import type { RedisServer } from '../support/redis-server.js'
import { openWire } from '../support/wire.js'

/** A master and its replica behind one address, at which new connections reach the master. */
export interface RedisPair {
  readonly url: string
  readonly strikes: readonly Strike[]
}

export type Strike = readonly [name: string, run: () => Promise<unknown>]

/** Itself: a Redis Enterprise replicates behind its proxy. */
const OPTIONS = { behavesAs: 'redis', args: ['--maxmemory-policy', 'allkeys-lru'] } as const

export const startPair = async (t: Test, setQuiet: (isQuiet: boolean) => void): Promise<RedisPair> => {
  let master = await redisFor(t, OPTIONS)
  let replica = await redisFor(t, OPTIONS)
  const follow = async (): Promise<void> => {
    await replica.cli('replicaof', '127.0.0.1', `${master.port}`)
    await eventually(async () => (await infoOf(replica, 'replication', 'master_link_status')) === 'up', {
      timeoutMs: 30_000
    })
  }
  await follow()
  const wire = await openWire(t, () => master.port)

  const frozenFor = (ms: number) => async (): Promise<void> => {
    master.freeze()
    await pause(ms)
    master.thaw()
  }
  const memoryOf = async (server: RedisServer): Promise<number> =>
    Number(await infoOf(server, 'memory', 'used_memory'))
  const limited = (policy: string, share: number) => async (): Promise<void> => {
    await master.cli('config', 'set', 'maxmemory-policy', policy)
    await master.cli('config', 'set', 'maxmemory', `${Math.floor((await memoryOf(master)) * share)}`)
    await pause(500)
    await master.cli('config', 'set', 'maxmemory', '0')
    await master.cli('config', 'set', 'maxmemory-policy', 'allkeys-lru')
  }
  // Redis waits until the replica has everything. Who is connected to the old master stays so.
  const swap = async (): Promise<void> => {
    await eventually(async () => (await infoOf(replica, 'replication', 'master_link_status')) === 'up', {
      timeoutMs: 30_000
    })
    // The master may not have heard yet that its replica is there: it then refuses.
    const ask = () => master.cli('failover', 'to', '127.0.0.1', `${replica.port}`)
    await eventually(async () => (await ask()) === 'OK', { timeoutMs: 30_000 })
    await eventually(async () => (await infoOf(replica, 'replication', 'role')) === 'master')
    ;[master, replica] = [replica, master]
  }
  return {
    url: `redis://127.0.0.1:${wire.port}/1`,
    strikes: [
      ['roles swapped', swap],
      [
        'roles swapped, and the old master hears nothing of the new one',
        async () => {
          setQuiet(true)
          await pause(1500)
          await swap()
          await replica.cli('replicaof', '127.0.0.1', '1')
          await pause(2000)
          setQuiet(false)
          await follow()
        }
      ],
      ['connections cut', () => master.cli('client', 'kill', 'type', 'normal')],
      ['frozen for a moment', frozenFor(150)],
      ['frozen for long', frozenFor(900)],
      ['paused', () => master.cli('client', 'pause', '300', 'ALL')],
      ['emptied', () => master.cli('flushall')],
      ['full', limited('noeviction', 0.9)],
      ['evicting', limited('allkeys-lru', 0.97)],
      [
        'killed and restarted from an old snapshot',
        async () => {
          await master.cli('save')
          await pause(500)
          await master.kill()
          await master.restart({ keepData: true })
        }
      ],
      [
        'killed and restarted empty',
        async () => {
          await master.kill()
          await pause(200)
          await master.restart()
        }
      ]
    ]
  }
}
