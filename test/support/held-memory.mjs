// Loaded before the program (`--import`): at SIGUSR2 it writes how much the process holds once everything that waits to be
// collected has been, as a line of its log.
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc')

process.on('SIGUSR2', async () => {
  collectGarbage()
  // Buffers are freed beside the program: the next collection waits until those of the one before are.
  await setImmediate()
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  console.log(JSON.stringify({ level: 'held', msg: 'held', bytes: heapUsed + external }))
})
