import { freePort } from '../../test/support/free-port.js'
import { startRedis } from '../../test/support/redis-server.js'
import { startSidecar } from '../subjects/sidecar.js'
import { heapFiguresOf } from './heap.js'

/** A sidecar that is filled, and what its entries take. */
export interface Meter {
  readonly url: string
  /** In the order of `figures`, in bytes. */
  readonly look: () => Promise<readonly number[]>
  readonly stop: () => Promise<void>
}

export interface MeterKind {
  readonly store: string
  readonly figures: readonly string[]
  start(
    originUrl: string,
    core: number | undefined,
    settings?: Readonly<Record<string, string>>
  ): Promise<Meter>
}

export const embeddedMeter: MeterKind = {
  store: 'the embedded store',
  figures: ['process (RSS)', 'heap and buffers in use', 'counted against MEMORY_MAX_BYTES'],
  start: async (originUrl, core) => {
    const inspectorPort = await freePort()
    const sidecar = await startSidecar({
      store: 'memory',
      originUrl,
      redisUrl: 'redis://127.0.0.1:9',
      core,
      settings: { MEMORY_MAX_BYTES: `${16 * 1024 ** 3}` },
      nodeArguments: [`--inspect=127.0.0.1:${inspectorPort}`]
    })
    return {
      url: sidecar.url,
      look: () => heapFiguresOf(sidecar.opsUrl, inspectorPort),
      stop: () => sidecar.stop()
    }
  }
}

export const redisMeter: MeterKind = {
  store: 'Redis',
  figures: ['used_memory of Redis'],
  start: async (originUrl, core, settings = {}) => {
    const redis = await startRedis()
    const sidecar = await startSidecar({ store: 'redis', originUrl, redisUrl: redis.url, core, settings })
    return {
      url: sidecar.url,
      look: async () => {
        const info = String(await redis.cli('info', 'memory'))
        return [Number(/^used_memory:(\d+)/m.exec(info)?.[1] ?? NaN)]
      },
      stop: async () => {
        await sidecar.stop()
        await redis.stop()
      }
    }
  }
}
