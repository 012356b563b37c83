import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'

/**
 * No process that a test starts outlives it, however the test ends: a shell that reads the children's ids sees
 * the end of its input when the test has ended, by SIGKILL too, and ends the children that are left.
 */
export const endWithTest = (child: ChildProcess): void => {
  const { stdin } = (reaper ??= startReaper())
  stdin.write(`start ${child.pid ?? ''}\n`)
  child.once('exit', () => stdin.write(`end ${child.pid ?? ''}\n`))
}

const startReaper = () => {
  const started = spawn('sh', ['-c', REAPER], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  started.unref()
  return started
}

let reaper: ReturnType<typeof startReaper> | undefined

const REAPER = `
  left=
  while read -r change pid; do
    case $change in
      start) left="$left $pid" ;;
      end) left=$(for other in $left; do [ "$other" = "$pid" ] || printf ' %s' "$other"; done) ;;
    esac
  done
  [ -z "$left" ] || kill -9 $left`

/**
 * The command line of a Node program with these variables and no others. Through `env`, because tap adds its own
 * to what a test spawns, by which it follows a Node process and slows it down.
 */
export const nodeCommand = (
  args: readonly string[],
  environment: Readonly<Record<string, string>>
): readonly [program: string, args: readonly string[]] => {
  const variables = Object.entries({ PATH: process.env['PATH'] ?? '', ...environment })
  return ['env', ['-i', ...variables.map(([name, value]) => `${name}=${value}`), process.execPath, ...args]]
}

export const isAlive = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode === null && signalCode === null

/** How a process ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** Settles for a process that has ended already, too. */
export const exitOf = (child: ChildProcess): Promise<Exit> =>
  new Promise((resolve) => {
    if (isAlive(child)) child.once('exit', (code, signal) => resolve({ code, signal }))
    else resolve({ code: child.exitCode, signal: child.signalCode })
  })
