import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/**
 * CPU time in microseconds, in user and kernel mode, that these processes and all their descendants have used
 * since they began, in steps of one tick of the kernel (10 ms). One that has ended no longer counts.
 */
export const cpuTimeOf = (pids: readonly number[]): number =>
  [...withDescendants(pids)].reduce((sum, pid) => sum + ticksOf(pid), 0) * microsecondsPerTick()

export const withDescendants = (pids: readonly number[]): ReadonlySet<number> => {
  const found = new Set<number>()
  const visit = (pid: number): void => {
    if (found.has(pid)) return
    found.add(pid)
    for (const child of childrenOf(pid)) visit(child)
  }
  pids.forEach(visit)
  return found
}

/** proc(5): `utime` and `stime` are the fields 14 and 15; the second, the name, may contain spaces. */
export const ticksIn = (stat: string): number => {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}

const ticksOf = (pid: number): number => {
  const stat = unlessGone(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  return stat === undefined ? 0 : ticksIn(stat)
}

/** A child belongs to the thread that started it. */
const childrenOf = (pid: number): readonly number[] => {
  const threads = unlessGone(() => readdirSync(`/proc/${pid}/task`)) ?? []
  return threads.flatMap((thread) => {
    const list = unlessGone(() => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')) ?? ''
    return list.split(' ').filter(Boolean).map(Number)
  })
}

const unlessGone = <Value>(read: () => Value): Value | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

let perTick: number | undefined
const microsecondsPerTick = (): number =>
  (perTick ??= 1_000_000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })))
