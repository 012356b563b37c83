import type { Redis } from 'ioredis'
import type { RedisServer } from '../support/redis-server.js'

/** A way in which Redis fails, and how it comes back. */
export interface Fault {
  readonly name: string
  /** `admin` has logged in before the fault. */
  readonly begin: (redis: RedisServer, admin: Redis) => unknown
  readonly end: (redis: RedisServer, admin: Redis) => unknown
  /** Whether the store stays up: then hits go on, and invalidations are carried out at once. */
  readonly isRead: boolean
  /** Whether a new connection is accepted and then not answered. */
  readonly isSilent?: boolean
}

export const FAULTS: readonly Fault[] = [
  {
    name: 'killed',
    begin: (redis) => redis.kill(),
    end: (redis) => redis.restart(),
    isRead: false
  },
  {
    name: 'frozen',
    begin: (redis) => redis.freeze(),
    end: (redis) => redis.thaw(),
    isRead: false,
    isSilent: true
  },
  {
    name: 'full',
    begin: (_, admin) => admin.config('SET', 'maxmemory', '1'),
    end: (_, admin) => admin.config('SET', 'maxmemory', '0'),
    isRead: true
  },
  {
    name: 'read-only',
    begin: (_, admin) => admin.replicaof('127.0.0.1', '1'),
    end: (_, admin) => admin.replicaof('NO', 'ONE'),
    isRead: false
  },
  {
    name: 'wrong password',
    begin: async (_, admin) => {
      await admin.config('SET', 'requirepass', 'another')
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    },
    end: (_, admin) => admin.config('SET', 'requirepass', PASSWORD),
    isRead: false
  }
]

export const PASSWORD = 'the right one'
