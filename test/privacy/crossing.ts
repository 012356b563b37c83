import fc from 'fast-check'
import type { Test } from 'tap'
import { Agent, request } from 'undici'
import type { Store } from '../../src/cache/store.js'
import { openProxy } from '../doors/proxy/open-proxy.js'
import { createJudge } from './judge.js'
import { type MirrorOrigin, READS, startMirrorOrigin } from './mirror-origin.js'
import { type Step, type World, worldOf } from './requests.js'

const WORLDS = 34
const STEPS = 300
/** Chosen once. Another may be tried with `CROSSING_SEED`. */
const SEED = Number(process.env['CROSSING_SEED'] ?? 20_261_122)

interface Counts {
  requests: number
  hits: number
  collapsed: number
  denied: number
}

/** Runs a world's steps, some at once, and tells the first thing that is wrong. */
const run = async (
  t: Test,
  world: World,
  origin: MirrorOrigin,
  store: Store,
  counts: Counts
): Promise<string | undefined> => {
  origin.server = world.server
  origin.endedTokens.clear()
  origin.inactiveUsers.clear()
  const { url, close } = await openProxy(t, origin.url, { store, now: Date.now })
  const dispatcher = new Agent({ connections: world.concurrency })
  const judge = createJudge(world)

  const send = async (
    step: Step,
    method: 'GET' | 'HEAD' | 'POST',
    path: string,
    headers: readonly string[]
  ) => {
    const sent = [...(world.callers[step.caller] ?? []), 'X-Delay', `${step.delayMs}`, ...headers]
    const answer = await request(url + path, { dispatcher, method, headers: sent })
    const cacheStatus = String(answer.headers['cache-status'])
    counts.requests++
    if (cacheStatus.includes('hit')) counts.hits++
    if (cacheStatus.includes('collapsed')) counts.collapsed++
    if (answer.statusCode === 403) counts.denied++
    const site = answer.headers['access-control-allow-origin']
    return { status: answer.statusCode, site, cacheStatus, body: await answer.body.text() }
  }

  const take = async (step: Step): Promise<string | undefined> => {
    if (step.kind === 'read') {
      const judgement = judge.expect(step)
      const path = READS[step.read]?.[0] ?? ''
      return judgement(await send(step, step.method, path, ['Host', step.host, ...step.site]))
    }
    const done = judge.begin(step)
    const path = { 'log-out': '/api/v1/users/log-out', deactivate: '', write: '' }[step.kind]
    const written = step.kind === 'write' ? step.path : path
    await send(
      step,
      'POST',
      step.kind === 'deactivate' ? `/api/v1/users/${step.user}/toggleactive` : written,
      []
    )
    done()
    return undefined
  }

  const queue = world.steps.values()
  let fault: string | undefined
  const walk = async (): Promise<void> => {
    for (const step of queue) {
      const found = await take(step)
      fault ??= found
      if (fault !== undefined) return
    }
  }
  await Promise.all(Array.from({ length: world.concurrency }, walk))
  await dispatcher.destroy()
  await close()
  return fault
}

/** Random worlds over stores of one kind, each in a store of its own: 10,000 requests and more. */
export const isNeverCrossed = async (t: Test, openStore: () => Promise<Store>): Promise<void> => {
  const origin = await startMirrorOrigin(t)
  const counts: Counts = { requests: 0, hits: 0, collapsed: 0, denied: 0 }
  const property = fc.asyncProperty(worldOf(STEPS), async (world) => {
    const fault = await run(t, world, origin, await openStore(), counts)
    if (fault !== undefined) throw new Error(fault)
  })
  const outcome = await fc.check(property, { seed: SEED, numRuns: WORLDS, endOnFailure: true })
  t.equal(
    outcome.failed,
    false,
    outcome.errorInstance instanceof Error ? outcome.errorInstance.message : `seed ${SEED}`
  )
  t.comment(
    `${counts.requests} requests, ${counts.hits} hits, ${counts.collapsed} collapsed, ${counts.denied} denied`
  )
  t.ok(counts.requests >= 10_000)
  t.ok(counts.hits > counts.requests / 10, 'many were answered from the cache')
  t.ok(counts.collapsed > 10, 'and some by another’s request')
}
