import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { exitOf, isAlive, endWithTest, nodeCommand } from './children.js'
import type { Exit } from './children.js'
import { eventually } from './eventually.js'
import { freePort } from './free-port.js'
import { get } from './http.js'
import { MAIN, NODE_ARGUMENTS } from './sidecar-command.js'

/** The built sidecar in a process of its own, as in a container. */
export interface SidecarProcess {
  readonly pid: number
  /** Base addresses of the doors, without a slash at the end. */
  readonly proxy: string
  readonly control: string
  readonly ops: string
  /** From the start of the process to the first 200 of `/ready`. */
  readonly readyAfterMs: number
  /** Every line so far, parsed. */
  readonly logs: readonly LogLine[]
  /** Resolves when the process has ended by itself. */
  exited(): Promise<Exit>
  /** Resolves when the process has ended. */
  stop(signal?: NodeJS.Signals): Promise<Exit>
}

export interface LogLine {
  readonly level: string
  readonly msg: string
  readonly [field: string]: unknown
}

/** What a process said that ended by itself, such as one with a bad configuration. */
export interface Ended extends Exit {
  readonly stdout: string
  readonly stderr: string
}

/**
 * Starts it, or another program with its doors, with this environment and no other, and waits until it is ready; rejects
 * when it ends before.
 */
export const startSidecar = async (
  environment: Readonly<Record<string, string>> = {},
  program: readonly string[] = [MAIN]
): Promise<SidecarProcess> => {
  const ports = {
    PROXY_PORT: `${await freePort()}`,
    CONTROL_PORT: `${await freePort()}`,
    OPS_PORT: `${await freePort()}`,
    ...environment
  }
  const base = { proxy: at(ports.PROXY_PORT), control: at(ports.CONTROL_PORT), ops: at(ports.OPS_PORT) }
  const startedAt = performance.now()
  const child = launch(ports, program)
  const logs: LogLine[] = []
  createInterface(child.stdout).on('line', (line) => {
    logs.push(parseLine(line))
  })
  const end = ended(child)
  /** Its last lines come after its end. */
  const exited = async (): Promise<Exit> => {
    const { code, signal } = await end
    return { code, signal }
  }

  await eventually(async () => !isAlive(child) || (await get(`${base.ops}/ready`)).status === 200, {
    intervalMs: 5,
    timeoutMs: 30_000
  })
  const readyAfterMs = performance.now() - startedAt
  if (!isAlive(child)) {
    const { code, stdout, stderr } = await end
    throw new Error(`The sidecar ended at its start with code ${String(code)}:\n${stdout}${stderr}`)
  }
  return {
    pid: child.pid ?? 0,
    ...base,
    readyAfterMs,
    logs,
    exited,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal)
      return exited()
    }
  }
}

/** Runs it to its own end: for starts that must fail. */
export const runSidecar = (environment: Readonly<Record<string, string>>): Promise<Ended> =>
  ended(launch(environment, [MAIN]))

const launch = (environment: Readonly<Record<string, string>>, program: readonly string[]) => {
  const child = spawn(...nodeCommand([...NODE_ARGUMENTS, ...program], environment), {
    stdio: ['ignore', 'pipe', 'pipe']
  })
  endWithTest(child)
  return child
}

const ended = async (child: ReturnType<typeof launch>): Promise<Ended> => {
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()))
  await once(child, 'close')
  return { ...(await exitOf(child)), ...said }
}

const at = (port: string): string => `http://127.0.0.1:${port}`

/** A line that is no JSON, such as a crash report of Node, becomes its own message. */
const parseLine = (line: string): LogLine => {
  try {
    const parsed: unknown = JSON.parse(line)
    if (isLogLine(parsed)) return parsed
  } catch {
    // Not JSON.
  }
  return { level: 'unparsed', msg: line }
}

const isLogLine = (value: unknown): value is LogLine =>
  typeof value === 'object' && value !== null && 'level' in value && 'msg' in value
