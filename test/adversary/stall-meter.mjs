import { writeSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { setInterval } from 'node:timers'

/**
 * Loaded before the program of a process: on SIGUSR2 it prints for how long the event loop was kept from its turns at
 * most since the last time, in ms of the process' own CPU time, so that what other processes take counts for nothing,
 * and how much memory the process has had at most.
 */
// That of the thread alone where Node tells it; else also what its collector and its other threads take.
const cpuUsage = () => process.threadCpuUsage?.() ?? process.cpuUsage()
const cpuMs = () => {
  const { user, system } = cpuUsage()
  return (user + system) / 1000
}

let longest = 0
let last = { at: performance.now(), cpu: cpuMs() }

setInterval(() => {
  const now = { at: performance.now(), cpu: cpuMs() }
  longest = Math.max(longest, Math.min(now.at - last.at, now.cpu - last.cpu))
  last = now
}, 1).unref()

process.on('SIGUSR2', () => {
  const { maxRSS } = process.resourceUsage()
  writeSync(1, `${JSON.stringify({ level: 'info', msg: 'stall', ms: longest, maxRssKib: maxRSS })}\n`)
  longest = 0
})
