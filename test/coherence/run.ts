import { setTimeout as pause } from 'node:timers/promises'
import type { Origin } from '../../demo/origin/origin.js'
import { http } from '../support/http.js'
import { addOne, type Figures, newFigures, outcomeOf } from './figures.js'
import type { Member } from './fleet.js'
import { type Target, targetsAt, versionIn } from './targets.js'
import { type Change, changesIn, type WriteKind } from './writes.js'

export interface RunOptions {
  readonly fleet: readonly Member[]
  readonly origin: Origin
  readonly random: () => number
  readonly seconds: number
  /** Whether the writer begins another write now. */
  readonly mayWrite?: () => boolean
  /** Ends the run before its time. */
  readonly isEnough?: (figures: Figures) => boolean
}

const READERS = 24
const WRITE_KINDS = ['key', 'tag', 'pattern', 'proxy', 'key', 'tag', 'pattern', 'proxy', 'all'] as const
const WRITE_PAUSE_MS = 80

/**
 * Readers and a writer on all sidecars at once. Before each read the newest version that was acknowledged for
 * what it shows is noted: the answer must not be older.
 */
export const run = async (options: RunOptions): Promise<Figures> => {
  const { fleet, origin, random, isEnough = () => false, mayWrite = () => true } = options
  const figures = newFigures()
  const acknowledged = new Map<string, number>()
  const targets = targetsAt(origin)
  const changes = changesIn(origin.database)
  const { cookie, 'x-csrftoken': token } = origin.signIn(1)
  const endsAt = performance.now() + options.seconds * 1000
  const isOver = (): boolean => performance.now() > endsAt || isEnough(figures)
  origin.latency = () => latencyMs(random)

  const read = async (target: Target, { proxy }: Member): Promise<void> => {
    const noted = acknowledged.get(target.part) ?? 0
    const answer = await http(proxy + target.path, { headers: { ...target.headers } })
    figures.reads++
    const cacheStatus = String(answer.headers['cache-status'])
    if (answer.status !== 200) {
      figures.failed.push(`${target.name}: ${answer.status} ${cacheStatus}`)
      return
    }
    const version = versionIn(answer)
    if (!(version >= noted)) {
      figures.stale.push(`${target.name}: ${version} after ${noted}, ${cacheStatus}`)
    }
    const outcome = outcomeOf(cacheStatus)
    addOne(figures.outcomes, outcome)
    if (outcome === 'hit') addOne(figures.hits, target.name)
  }

  const keepReading = async (): Promise<void> => {
    while (!isOver()) {
      const target = pick(targets, random)
      await read(target, pick(fleet, random)).catch((error: unknown) => {
        figures.failed.push(`${target.name}: ${String(error)}`)
      })
    }
  }

  const acknowledge = (kind: WriteKind, { parts }: Change, version: number): void => {
    addOne(figures.writes, kind)
    for (const part of parts) acknowledged.set(part, Math.max(version, acknowledged.get(part) ?? 0))
  }

  const writeThrough = async (change: Change, { proxy }: Member): Promise<void> => {
    const { method, path, json } = change.request
    const answer = await http(proxy + path, {
      method,
      headers: {
        ...{ cookie, 'x-csrftoken': token, 'content-type': 'application/json' },
        'x-sample-commit': random() < 0.5 ? 'start' : 'end',
        'x-sample-delay-ms': String(Math.floor(random() * 60))
      },
      body: JSON.stringify(json)
    })
    if (answer.status !== 202) throw new Error(`${method} ${path}: ${answer.status} ${answer.text()}`)
    if (String(answer.headers['cache-status']).includes('invalidation-pending')) figures.unconfirmed++
    else acknowledge('proxy', change, Number(answer.headers['x-sample-snapshot']))
  }

  const commitAndInvalidate = async (
    kind: Exclude<WriteKind, 'proxy'>,
    change: Change,
    { control }: Member
  ): Promise<void> => {
    const version = change.commit(origin.database)
    const answer = await http(`${control}/v1/invalidations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(change.announcements[kind])
    })
    if (answer.status === 200) acknowledge(kind, change, version)
    else if (answer.status === 202) figures.pending++
    else throw new Error(`An invalidation got ${answer.status}: ${answer.text()}`)
  }

  const keepWriting = async (): Promise<void> => {
    while (!isOver()) {
      if (!mayWrite()) {
        await pause(5)
        continue
      }
      const kind = pick(WRITE_KINDS, random)
      const change = pick(changes, random)
      const member = pick(fleet, random)
      await (kind === 'proxy' ? writeThrough(change, member) : commitAndInvalidate(kind, change, member))
      await pause(random() * WRITE_PAUSE_MS)
    }
  }

  await Promise.all([keepWriting(), ...Array.from({ length: READERS }, keepReading)])
  return figures
}

/** Slow and fast ones mixed, up to 300 ms. */
const latencyMs = (random: () => number): number => (random() < 0.5 ? random() * 10 : random() * 300)

const pick = <T>(from: readonly T[], random: () => number): T => {
  const picked = from[Math.floor(random() * from.length)]
  if (picked === undefined) throw new RangeError('there is nothing to pick from')
  return picked
}
