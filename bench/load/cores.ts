import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants, getPriority, setPriority } from 'node:os'
import type { Bench } from '../scenario.js'

/**
 * The first and the last core that this process may use, which are least likely to be two halves of one;
 * `undefined` where there is only one, or no `taskset` to pin with.
 */
export const findCores = (): Bench['cores'] => {
  const allowed = coresIn(/^Cpus_allowed_list:\s*(\S+)/m.exec(statusOfThis())?.[1] ?? '')
  const [subject] = allowed
  const load = allowed.at(-1)
  if (subject === undefined || load === undefined || subject === load || !hasTaskset()) return undefined
  return { subject, load }
}

/** The numbers in a list of Linux, such as `0-2,7`. */
export const coresIn = (list: string): readonly number[] =>
  list
    .split(',')
    .filter((range) => range !== '')
    .flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map(Number)
      return Array.from({ length: last - first + 1 }, (_, at) => first + at)
    })

/** Pins a process with all its threads, or this one; what it starts from then on is pinned as well. */
export const pinProcess = (core: number, pid = process.pid): void => {
  execFileSync('taskset', ['-a', '-p', '-c', `${core}`, `${pid}`], { stdio: 'pipe' })
}

/** The command that runs another one pinned; the same without a core. */
export const pinned = (
  core: number | undefined,
  command: readonly [program: string, ...args: readonly string[]]
): readonly [program: string, ...args: readonly string[]] =>
  core === undefined ? command : ['taskset', '-c', `${core}`, ...command]

/**
 * What a subject waits for does not wait for the load generator, whose core it shares: elsewhere it has one of its own.
 * Where priorities may not be raised nothing changes, and latencies hold the generator's time slices, too.
 */
export const letGoFirst = (pid: number): void => {
  if (mayRaisePriority()) setPriority(pid, constants.priority.PRIORITY_HIGHEST)
}

export const mayRaisePriority = (): boolean => {
  const own = getPriority()
  try {
    setPriority(constants.priority.PRIORITY_HIGHEST)
    setPriority(own)
    return true
  } catch {
    return false
  }
}

const statusOfThis = (): string => {
  try {
    return readFileSync('/proc/self/status', 'utf8')
  } catch {
    throw new Error('The benchmark reads CPU times from /proc: it needs Linux.')
  }
}

const hasTaskset = (): boolean => {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}
