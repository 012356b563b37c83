import type { Test } from 'tap'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../support/eventually.js'
import type { SidecarProcess } from '../support/sidecar-process.js'
import { type Figures, figuresOf, shows } from './figures.js'
import type { Sample } from './load.js'
import { ORIGIN_MS, type OriginProcess } from './origin-process.js'
import { loadFor, PER_SECOND } from './stage.js'
import { judgeDoors } from './verdict.js'
import { watchDoors } from './watch.js'

export interface Trial {
  readonly name: string
  readonly sidecar: SidecarProcess
  readonly origin: OriginProcess
  /** Called once hits are answered; without it the fault is there from the start. */
  readonly begin?: () => unknown
  /** Called while the fault is on, half a second after its beginning. */
  readonly during?: () => Promise<unknown>
  readonly end: () => unknown
  /** The Cache-Status of an answer that shows that the fault is over: a hit unless told. */
  readonly isBack?: RegExp
  /** What the origin takes during the fault. */
  readonly originMs?: number
}

export const HIT = /; hit;/
const FAULT_MS = 1500
/** Long enough for more than one attempt to connect. */
const KNOWN_MS = 500
const SETTLED_MS = 300
const SETTLED_LATENCY_MS = 250

/** Puts the sidecar under load, lets the fault come and go, and tells what the callers saw of it. */
export const runTrial = async (t: Test, trial: Trial): Promise<Figures> => {
  const { name, sidecar, origin, isBack = HIT, originMs = ORIGIN_MS } = trial
  const load = await loadFor(t, origin, sidecar)
  const watch = watchDoors(sidecar)
  if (trial.begin !== undefined) {
    await eventually(() => isSettled(load.samples), { timeoutMs: 5000 }).catch(() => undefined)
  }
  const from = performance.now()
  await trial.begin?.()
  await sleep(KNOWN_MS)
  await trial.during?.()
  await sleep(Math.max(0, from + FAULT_MS - performance.now()))
  const to = performance.now()
  await trial.end()
  const endedAt = performance.now()
  await eventually(() => load.samples.some(shows(isBack, endedAt)), { timeoutMs: 5000 }).catch(
    () => undefined
  )
  await sleep(SETTLED_MS)
  await Promise.all([load.stop(), watch.stop()])
  const figures = figuresOf(name, load.samples, { from, to, endedAt, originMs, isBack })
  judgeDoors(t, watch.answers, figures.noiseMs)
  return figures
}

/** At full rate, and what piled up at the start is done; a machine that never gets there shows in the noise. */
const isSettled = (samples: readonly Sample[]): boolean => {
  const last = samples.slice(-PER_SECOND / 5)
  return samples.length > PER_SECOND && last.every(({ latencyMs }) => latencyMs < SETTLED_LATENCY_MS)
}
