import { createServer } from 'node:net'
import t from 'tap'
import { freePort, startProcess } from '../../demo/processes.js'

const NAME = 'The sample'

t.test('a process that ends before it is ready is told of in one line: the last that it said', async (t) => {
  const args = ['-e', 'console.error("first\\nPROXY_PORT is taken\\n    at main.js"); process.exit(1)']
  const { ready } = startProcess({ name: NAME, args, env: {}, readyUrl: 'http://127.0.0.1:1/' })
  await t.rejects(ready, { message: 'The sample did not start: PROXY_PORT is taken' })
})

t.test('a process is ready once it answers, and stops at SIGTERM', async (t) => {
  const port = await freePort(0)
  const program = `
    const server = require('node:http').createServer((_, answer) => answer.end()).listen(${port}, '127.0.0.1')
    process.on('SIGTERM', () => process.exit(0))`
  const readyUrl = `http://127.0.0.1:${port}/`
  const started = startProcess({ name: NAME, args: ['-e', program], env: {}, readyUrl })
  await started.ready
  t.equal((await fetch(readyUrl)).status, 200)
  await started.stop()
  await t.rejects(fetch(readyUrl))
})

t.test('a port that is taken is replaced by a free one', async (t) => {
  const holder = createServer()
  const taken = await new Promise<number>((resolve) => {
    holder.listen(0, '127.0.0.1', () => {
      const address = holder.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
  const other = await freePort(taken)
  t.not(other, taken)
  t.ok(other > 0)
  await new Promise((closed) => holder.close(closed))
  t.equal(await freePort(taken), taken)
})
