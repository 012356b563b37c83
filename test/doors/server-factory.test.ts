import { once } from 'node:events'
import type { Server, ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { createServerFactory } from '../../src/doors/server-factory.js'
import { eventually } from '../support/eventually.js'

/** A door that answers when it is told to. */
const openDoor = async (t: Test) => {
  const factory = createServerFactory({ timeoutMs: 60_000 })
  const responses: ServerResponse[] = []
  const server = factory.createServer({}, (_, response) => void responses.push(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const ask = (): Socket => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').resume()
    socket.on('error', () => undefined).write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    return socket
  }
  return { factory, server, responses, ask }
}

const closed = async (server: Server): Promise<void> => {
  server.close()
  await once(server, 'close')
}

t.test('requests that are not answered in time are cut, and counted', async (t) => {
  const { factory, server, responses, ask } = await openDoor(t)
  const sockets = [ask(), ask(), ask()]
  await eventually(() => responses.length === 3)
  responses[0]?.end('done')
  t.equal(await factory.finish(closed(server), 50), 2)
  await eventually(() => sockets.every(({ destroyed }) => destroyed))
})

t.test('those that are answered in time are not', async (t) => {
  const { factory, server, responses, ask } = await openDoor(t)
  const socket = ask()
  let received = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (received += chunk))
  await eventually(() => responses.length === 1)
  const finishing = factory.finish(closed(server), 60_000)
  responses[0]?.end('done')
  t.equal(await finishing, 0)
  await eventually(() => received.endsWith('done'))
})

t.test('fields beyond the number that Node keeps by itself are not left out', async (t) => {
  const { server } = await openDoor(t)
  t.equal(server.maxHeadersCount, 0)
})
