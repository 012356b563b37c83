import { summarise } from '../load/statistics.js'
import { below } from '../load/targets.js'
import type { Cell, Target } from '../scenario.js'
import type { Blocking } from './blocking.js'

export const BLOCKING_COLUMNS = [
  'total ms',
  'longest command of Redis, ms',
  'which',
  'p99 of the commands, ms',
  'longest PING, ms'
]

export const BLOCKING_NOTE =
  'Median (least–greatest) of the rounds. Redis has the core of the subjects, the sidecar that of the load. The times of ' +
  'commands are from SLOWLOG, of those above 0.1 ms; while the machine does something else they are longer. The PING is ' +
  'sent every millisecond by the benchmark itself, so that its own work on its core, and that of the sidecar, are part of it.'

export const blockingCells = (rounds: readonly Blocking[]): readonly Cell[] => [
  summarise(rounds.map(({ totalMs }) => totalMs)),
  summarise(rounds.map(({ longestCommandMs }) => longestCommandMs)),
  slowest(rounds)?.command ?? '',
  summarise(rounds.map(({ p99CommandMs }) => p99CommandMs)),
  summarise(rounds.map(({ longestPingMs }) => longestPingMs))
]

const LIMIT_MS = 5

export const blockingTarget = (what: string, rounds: readonly Blocking[]): Target =>
  below(
    `${what}: longest block of Redis, ms`,
    { limit: LIMIT_MS },
    rounds.map(({ longestCommandMs }) => longestCommandMs)
  )

const slowest = (rounds: readonly Blocking[]): Blocking | undefined =>
  rounds.toSorted((a, b) => a.longestCommandMs - b.longestCommandMs).at(-1)
