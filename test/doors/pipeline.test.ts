import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { MOST_WAITING } from '../../src/doors/connections.js'
import { eventually } from '../support/eventually.js'
import { openBareProxy } from './proxy/open-proxy.js'

const get = (path: string, fields = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`

t.test('pipelined requests are worked on one at a time, and answered in order', async (t) => {
  let working = 0
  let most = 0
  const proxy = await openBareProxy(t, ({ url }, response) => {
    most = Math.max(most, ++working)
    setTimeout(() => {
      working--
      response.end(`<${url}>`)
    }, 5)
  })
  const paths = Array.from({ length: MOST_WAITING }, (_, at) => `/${at}`)
  const requests = [...paths, '/last'].map((path) =>
    get(path, path === '/last' ? 'Connection: close\r\n' : '')
  )
  const answers = await proxy.exchange(requests.join(''))
  t.same(
    answers.match(/<[^>]*>/g),
    [...paths, '/last'].map((path) => `<${path}>`)
  )
  t.equal(most, 1)
})

t.test('a connection on which more wait is cut, and the rest of its requests is not worked on', async (t) => {
  let worked = 0
  const proxy = await openBareProxy(t, () => {
    worked++
  })
  const socket = proxy.dial()
  socket.on('error', () => undefined).write(get('/').repeat(MOST_WAITING + 20))
  const closed = once(socket, 'close')
  t.equal(await text(socket).catch(() => ''), '')
  await closed
  t.ok(worked <= 1)
})

t.test('requests of a caller who leaves are not worked on', async (t) => {
  let worked = 0
  const proxy = await openBareProxy(t, () => {
    worked++
  })
  const socket = proxy.dial()
  socket.write(get('/').repeat(3))
  await eventually(() => worked === 1)
  socket.destroy()
  proxy.get('/').catch(() => undefined)
  await eventually(() => worked === 2)
  t.equal(worked, 2)
})
