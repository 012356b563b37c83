import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { Connections } from '../../src/doors/connections.js'
import { eventually } from '../support/eventually.js'

const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

const open = async (t: Test) => {
  const connections = new Connections()
  const worked: ServerResponse[] = []
  const server = createServer(connections.inTurn((_, response) => void worked.push(response)))
  connections.addServer(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const dial = (text: string): Socket => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').resume()
    socket.on('error', () => undefined)
    t.teardown(() => socket.destroy())
    if (text !== '') socket.write(text)
    return socket
  }
  return { connections, worked, dial }
}

t.test('a response is open until it is sent or its connection is gone', async (t) => {
  const { connections, worked, dial } = await open(t)
  dial('')
  const [, leaving] = [dial(REQUEST), dial(REQUEST)]
  await eventually(() => worked.length === 2 && connections.sockets().length === 3)
  t.equal(connections.openResponses().length, 2)
  worked[0]?.end()
  leaving.destroy()
  await eventually(() => connections.openResponses().length === 0)
  await eventually(() => connections.sockets().length === 2)
})

t.test('of two requests on a connection, the first is overtaken and the second behind it', async (t) => {
  const { connections, worked, dial } = await open(t)
  const arrived: ServerResponse[] = []
  connections.watchNew((response) => void arrived.push(response))
  dial(REQUEST + REQUEST)
  await eventually(() => arrived.length === 2)
  const [first, second] = arrived
  if (first === undefined || second === undefined) throw new Error('There must be two responses.')
  t.equal(worked.length, 1, 'the second is not worked on yet')
  t.ok(connections.isOvertaken(first))
  t.notOk(connections.isOvertaken(second))
  t.ok(connections.isBehindAnother(second))
  t.equal(connections.openOn(second.req.socket), second)
  first.end()
  await eventually(() => worked.length === 2)
  t.notOk(connections.isBehindAnother(second))
})

t.test('a cut ends every connection, and tells how many responses were open', async (t) => {
  const { connections, worked, dial } = await open(t)
  const sockets = [dial(''), dial(REQUEST), dial(REQUEST)]
  await eventually(() => worked.length === 2 && connections.sockets().length === 3)
  t.equal(connections.cut(), 2)
  await eventually(() => sockets.every(({ destroyed }) => destroyed))
})
