import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { endWithTest, exitOf, isAlive, nodeCommand } from '../support/children.js'
import { eventually } from '../support/eventually.js'
import { freePort } from '../support/free-port.js'
import { get } from '../support/http.js'
import { startSidecar } from '../support/sidecar-process.js'

/** Addresses of one sidecar's doors. */
export interface Member {
  readonly proxy: string
  readonly control: string
  readonly ops: string
}

export interface FleetOptions {
  readonly size: number
  readonly environment: Readonly<Record<string, string>>
  /** Runs this entry beside this file in place of the built sidecar. */
  readonly entry?: string
  /** The bundle of another release in place of the built one. */
  readonly bundle?: string
}

const START_MS = 30_000

/** Sidecar processes, ready and with their store up, that end with the test. */
export const startFleet = async (
  t: Test,
  { size, environment, entry, bundle }: FleetOptions
): Promise<Member[]> => {
  const start = async (): Promise<Member> => {
    if (entry !== undefined) return startEntry(t, entry, environment)
    const sidecar = await startSidecar(
      { LOG_LEVEL: 'error', ...environment },
      bundle === undefined ? undefined : [bundle]
    )
    t.teardown(() => sidecar.stop())
    return sidecar
  }
  const fleet = await Promise.all(Array.from({ length: size }, start))
  const isUp = async (member: Member): Promise<boolean> => (await storeStateOf(member)) === 1
  await Promise.all(fleet.map((member) => eventually(() => isUp(member), { timeoutMs: START_MS })))
  return fleet
}

const startEntry = async (
  t: Test,
  entry: string,
  environment: Readonly<Record<string, string>>
): Promise<Member> => {
  const [proxy, control, ops] = [await freePort(), await freePort(), await freePort()]
  const file = fileURLToPath(new URL(entry, import.meta.url))
  const variables = {
    LOG_LEVEL: 'error',
    PROXY_PORT: `${proxy}`,
    CONTROL_PORT: `${control}`,
    OPS_PORT: `${ops}`,
    ...environment
  }
  const child = spawn(...nodeCommand(['--import', 'tsx', file], variables), {
    stdio: ['ignore', 'ignore', 'inherit']
  })
  endWithTest(child)
  t.teardown(() => {
    child.kill()
    return exitOf(child)
  })
  const member = { proxy: at(proxy), control: at(control), ops: at(ops) }
  const isReady = async (): Promise<boolean> =>
    !isAlive(child) || (await get(`${member.ops}/ready`)).status === 200
  await eventually(isReady, { timeoutMs: START_MS })
  return member
}

const at = (port: number): string => `http://127.0.0.1:${port}`

/** The sum of a counter's samples whose labels hold all of these. */
export const metricOf = async (
  fleet: readonly Member[],
  name: string,
  labels: Readonly<Record<string, string>> = {}
): Promise<number> => {
  const texts = await Promise.all(fleet.map(async ({ ops }) => (await get(`${ops}/metrics`)).text()))
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  return texts
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.startsWith(`spms_cache_${name}{`) || line.startsWith(`spms_cache_${name} `))
    .filter((line) => wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}

const storeStateOf = (member: Member): Promise<number> => metricOf([member], 'store_up')
