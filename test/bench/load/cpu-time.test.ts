import { spawn } from 'node:child_process'
import { once } from 'node:events'
import t from 'tap'
import { cpuTimeOf, ticksIn, withDescendants } from '../../../bench/load/cpu-time.js'

t.test('user and kernel time are added, whatever the name of the process', async (t) => {
  t.equal(ticksIn('4242 (a (strange) name 7) S 1 4242 4242 0 -1 4194304 10 0 0 0 120 34 5 6 20 0 1 0'), 154)
})

t.test('the time of a process is that of its descendants, too', async (t) => {
  const parent = spawn(process.execPath, ['-e', PARENT], {
    // A group of its own, to be ended as a whole.
    detached: true,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'ignore']
  })
  const { pid = 0 } = parent
  t.teardown(() => process.kill(-pid, 'SIGKILL'))
  await once(parent.stdout, 'data')
  t.equal(withDescendants([pid]).size, 3, 'shell and child of the shell')
  const own = process.cpuUsage()
  t.ok(cpuTimeOf([pid]) >= 300_000, 'the child has been busy for that long')
  t.ok(cpuTimeOf([process.pid]) >= own.user + own.system - 20_000, 'which is a child of this one')
})

t.test('a process that has ended has no time', async (t) => {
  const child = spawn('true')
  await once(child, 'exit')
  t.equal(cpuTimeOf([child.pid ?? 0]), 0)
})

/** A shell below it runs a child that is busy for 300 ms of CPU time, says so, and stays for a while. */
const PARENT = `
  const busy = "while (process.cpuUsage().user < 3e5); console.log('done'); setTimeout(() => 0, 30000)"
  const { spawn } = require('node:child_process')
  spawn('sh', ['-c', '"$0" -e "$1"; true', process.execPath, busy], { stdio: ['ignore', 'inherit', 'ignore'] })`
