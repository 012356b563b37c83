import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import t, { type Test } from 'tap'
import { eventually } from '../support/eventually.js'
import { openBareProxy, type OpenProxy } from './proxy/open-proxy.js'

const MEBIBYTE = 1024 * 1024

/** A request on a connection that is to be kept. */
const ask = ({ dial }: OpenProxy, path: string): { socket: Socket; received: () => string } => {
  const socket = dial()
  let received = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => (received += chunk))
  socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
  return { socket, received: () => received }
}

/** An origin whose answers end when told. */
const openHeldProxy = async (t: Test) => {
  const held: ServerResponse[] = []
  const proxy = await openBareProxy(t, ({ url }, response) => {
    if (url === '/begun') response.write('begun ')
    held.push(response)
  })
  return { proxy, held, release: () => held.forEach((response) => response.end('done')) }
}

t.test('a request in flight is finished, and the door closes with it', async (t) => {
  for (const path of ['/waiting', '/begun']) {
    const { proxy, held, release } = await openHeldProxy(t)
    const { socket, received } = ask(proxy, path)
    await eventually(() => held.length === 1 && (path === '/waiting' || received().includes('begun')))
    const startedAt = performance.now()
    const closing = proxy.close()
    release()
    await Promise.all([closing, once(socket, 'close')])
    t.match(received(), /done/, path)
    t.equal(/connection: close/i.test(received()), path === '/waiting', 'it is told so where it still can be')
    t.ok(performance.now() - startedAt < 2000, 'not only when the connection has been idle for long')
  }
})

t.test('an idle connection does not hold the door', async (t) => {
  const proxy = await openBareProxy(t, (_, response) => response.end('ok'))
  const { socket, received } = ask(proxy, '/')
  await eventually(() => received().endsWith('ok'))
  await Promise.all([proxy.close(), once(socket, 'close')])
})

t.test('an answer that has been handed over but not yet sent is not cut', async (t) => {
  const body = JSON.stringify({ id: 3001, user: { id: 1 }, pad: 'x'.repeat(20 * MEBIBYTE) })
  const proxy = await openBareProxy(
    t,
    (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(body),
    { maxEntryBytes: 40 * MEBIBYTE }
  )
  const path = '/api/v1/users/staffprofiles/3001'
  await proxy.get(path)
  const { socket, received } = ask(proxy, path)
  await once(socket, 'data')
  socket.pause()
  await new Promise((resolve) => setTimeout(resolve, 50))
  const closing = proxy.close()
  await new Promise((resolve) => setTimeout(resolve, 50))
  t.ok(received().length < body.length, 'most of it has not been sent')
  socket.resume()
  await Promise.all([closing, once(socket, 'close')])
  t.match(received(), /spms; hit; ttl=3600/)
  t.ok(received().endsWith(body.slice(-100)))
  t.ok(received().length > body.length)
})

t.test('a connection with a second request waiting is answered before it is closed', async (t) => {
  const { proxy, held, release } = await openHeldProxy(t)
  // In one packet, so that the second is known when the first has come to the origin.
  const { socket, received } = ask(proxy, '/first HTTP/1.1\r\nHost: a\r\n\r\nGET /second')
  await eventually(() => held.length === 1)
  const closing = proxy.close()
  release()
  await eventually(() => held.length === 2)
  release()
  await Promise.all([closing, once(socket, 'close')])
  t.equal(received().match(/done/g)?.length, 2)
})
