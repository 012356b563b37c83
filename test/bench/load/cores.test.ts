import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import t from 'tap'
import {
  coresIn,
  findCores,
  mayRaisePriority,
  letGoFirst,
  pinned,
  pinProcess
} from '../../../bench/load/cores.js'

t.test('a list of cores has single ones and ranges', async (t) => {
  t.strictSame(coresIn('0-2,7,9-10'), [0, 1, 2, 7, 9, 10])
  t.strictSame(coresIn('3'), [3])
  t.strictSame(coresIn(''), [])
})

t.test('what others wait for goes first, where that may be said', async (t) => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'])
  t.teardown(() => child.kill())
  letGoFirst(child.pid ?? NaN)
  t.equal(getPriority(child.pid), mayRaisePriority() ? -20 : getPriority())
})

t.test('a command is pinned where there is a core for it', async (t) => {
  t.strictSame(pinned(undefined, ['node', '-v']), ['node', '-v'])
  t.strictSame(pinned(1, ['node', '-v']), ['taskset', '-c', '1', 'node', '-v'])
})

const cores = findCores()

t.test('a pinned process may use that core only', { skip: cores === undefined && 'one core' }, async (t) => {
  const { subject = 0, load = 0 } = cores ?? {}
  t.not(subject, load)
  pinProcess(load)
  t.match(readFileSync('/proc/self/status', 'utf8'), new RegExp(`^Cpus_allowed_list:\\t${load}$`, 'm'))
  t.equal(findCores(), undefined, 'so that there is nothing left to share out')
})
