import { setTimeout as pause } from 'node:timers/promises'
import type { Test } from 'tap'
import type { Origin } from '../../demo/origin/origin.js'
import { startOrigin } from '../demo/start-origin.js'
import { eventually } from '../support/eventually.js'
import { startRedis } from '../support/redis-server.js'
import { openWire, type Wire } from '../support/wire.js'
import { HIT, type LocalSidecar, openSidecar, statusOf, untilUp } from './in-process.js'
import { versionIn } from './targets.js'

/** Two sidecars on one Redis, one of them by a wire that can fail. */
export interface SlowPair {
  readonly wire: Wire
  readonly here: LocalSidecar
  /** Changes a person through the sidecar with the wire, then reads the person through the other. */
  readonly writeAndRead: (person: number) => Promise<Outcome>
  /** Until the other sidecar has the person in the cache. */
  readonly untilCached: (person: number) => Promise<unknown>
  /** Until an invalidation waits in the sidecar with the wire. */
  readonly untilWaiting: () => Promise<unknown>
  /** The version that the other sidecar tells. */
  readonly versionOf: (person: number) => Promise<number>
  /** Who reads, and who writes. */
  readonly reader: Session
  readonly writer: Session
}

type Session = ReturnType<Origin['signIn']>

export interface Outcome {
  readonly isPending: boolean
  /** Whether the read was answered with what was there before the write. */
  readonly isStale: boolean
  readonly heldMs: number
}

const BUDGET_MS = '100'
const READER = 2
export const WRITTEN = [3, 4, 5, 6] as const

export const openSlowPair = async (
  t: Test,
  settings: Readonly<Record<string, string>> = {}
): Promise<SlowPair> => {
  const { origin, address } = await startOrigin(t, { users: 6, projects: 2, branches: 2 })
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const wire = await openWire(t, Number(new URL(redis.url).port))
  const throughWire = new URL(redis.url)
  throughWire.port = String(wire.port)
  const environment = { ORIGIN_URL: address, ...settings }
  const here = await openSidecar(t, {
    ...environment,
    REDIS_URL: throughWire.href,
    REDIS_COMMAND_TIMEOUT_MS: BUDGET_MS
  })
  const there = await openSidecar(t, { ...environment, REDIS_URL: redis.url })
  const reader = origin.signIn(READER)
  const writer = origin.signIn(1)
  const read = (person: number) => there.get(`users/${person}`, { cookie: reader.cookie })

  return {
    wire,
    here,
    reader,
    writer,
    untilCached: (person) => eventually(async () => HIT.test(statusOf(await read(person)))),
    untilWaiting: () => eventually(async () => (await here.store.stats()).pendingInvalidations > 0),
    versionOf: async (person) => versionIn(await read(person)),
    writeAndRead: async (person) => {
      const startedAt = performance.now()
      const json = { display_first_name: 'By proxy' }
      const answer = await here.write('PUT', `users/${person}`, { headers: writer, json })
      const heldMs = performance.now() - startedAt
      if (answer.status !== 202) throw new Error(`a write got ${answer.status}: ${answer.text()}`)
      const version = versionIn(await read(person))
      const isPending = statusOf(answer) === 'spms; fwd=method; detail=invalidation-pending'
      return { isPending, isStale: !(version >= Number(answer.headers['x-sample-snapshot'])), heldMs }
    }
  }
}

/** Writes to everybody while the wire stalls, so many times, and tells what became of each. */
export const writeInStalls = async (
  { wire, here, untilCached, writeAndRead }: SlowPair,
  { stalls, stallMs }: { readonly stalls: number; readonly stallMs: number }
): Promise<readonly Outcome[]> => {
  const outcomes: Outcome[] = []
  for (let stall = 0; stall < stalls; stall++) {
    await untilUp(here.store)
    await Promise.all(WRITTEN.map(untilCached))
    wire.stall(stallMs)
    // The first meets a connection that seems to be well, the last one that is known not to be.
    const writes = WRITTEN.map(async (person, at) => {
      await pause(at * (stall % 40))
      return writeAndRead(person)
    })
    outcomes.push(...(await Promise.all(writes)))
  }
  return outcomes
}
