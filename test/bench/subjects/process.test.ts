import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import { createFolder, isListening, launch } from '../../../bench/subjects/process.js'
import { missingProgram } from '../../../bench/subjects/programs.js'
import { eventually } from '../../support/eventually.js'
import { freePort } from '../../support/free-port.js'

const isRunning = (pid: number): boolean => existsSync(`/proc/${pid}`)

t.test('a program that ends at its start is told with what it said, and its folder is gone', async (t) => {
  const folder = await createFolder()
  const command = ['sh', '-c', 'echo no such setting >&2; exit 1'] as const
  const launched = launch({ name: 'It', command, core: undefined, folder, isReady: async () => false })
  await t.rejects(launched, { message: /It ended at its start:\nno such setting/ })
  t.notOk(existsSync(folder))
})

t.test('a program that is not there is told', async (t) => {
  const folder = await createFolder()
  const command = ['no-such-program'] as const
  const launched = launch({ name: 'It', command, core: undefined, folder, isReady: async () => false })
  await t.rejects(launched, { message: 'It cannot be started.' })
  t.notOk(existsSync(folder))
})

t.test('stopping ends children of the program as well', async (t) => {
  const folder = await createFolder()
  const file = join(folder, 'child')
  const { stop } = await launch({
    name: 'It',
    command: ['sh', '-c', `sleep 60 & echo $! > ${file}; wait`],
    core: undefined,
    folder,
    isReady: async () => existsSync(file) && readFileSync(file).length > 0
  })
  const child = Number(readFileSync(file, 'utf8'))
  t.ok(isRunning(child))
  await stop()
  await eventually(() => !isRunning(child))
  t.notOk(existsSync(folder))
})

t.test('nothing outlives a benchmark that is killed', async (t) => {
  const port = await freePort()
  const script = `
    import { createFolder, isListening, launch } from './bench/subjects/process.ts'
    const folder = await createFolder()
    const server = "require('http').createServer().listen(${port}, '127.0.0.1')"
    const { pid } = await launch({
      name: 'It', command: [process.execPath, '-e', server], folder, isReady: () => isListening(${port})
    })
    console.log(pid + ' ' + folder)
    setInterval(() => undefined, 1000)`
  const bench = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const lines: unknown[] = await once(createInterface(bench.stdout), 'line')
  const [pid = '', folder = ''] = String(lines[0]).split(' ')
  t.ok(await isListening(port))
  bench.kill('SIGKILL')
  await eventually(() => !isRunning(Number(pid)) && !existsSync(folder))
})

t.test('a missing program is told with how to get it', async (t) => {
  t.equal(await missingProgram('no-such-program', 'buy it'), 'no-such-program is not installed: buy it')
  t.equal(await missingProgram('sh', 'buy it'), undefined)
})
