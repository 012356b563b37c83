import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { badInput, nothingHere, ProblemError, refuse, sendProblemTo } from '../../src/doors/problem.js'
import { http } from '../support/http.js'

t.test('bad input names its field', (t) => {
  t.strictSame(badInput('ttl', 'must be an integer').problem, {
    type: 'about:blank',
    title: 'Bad Request',
    status: 400,
    detail: 'ttl must be an integer.',
    errors: [{ field: 'ttl', detail: 'must be an integer' }]
  })
  t.end()
})

t.test('a problem is sent with its own fields, also where there is no request', async (t) => {
  const problem = new ProblemError(503, 'Full.', { headers: { 'retry-after': '7' } })
  const server = createServer((_, response) => sendProblemTo(response, problem, 'spms; fwd=miss'))
  server.on('connect', (_: IncomingMessage, socket: Socket) => refuse(socket, problem))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo

  const answer = await http(`http://127.0.0.1:${port}`)
  t.equal(answer.status, 503)
  t.match(answer.headers, {
    'content-type': 'application/problem+json',
    'cache-status': 'spms; fwd=miss',
    'retry-after': '7'
  })
  t.strictSame(answer.json(), problem.problem)

  const socket = connect(port, '127.0.0.1')
  socket.write('CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n')
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
  t.match(head, /^HTTP\/1\.1 503 Service Unavailable\r\nConnection: close\r\n[^]*retry-after: 7/)
  t.strictSame(JSON.parse(body), problem.problem)
})

t.test('what has no fault of a field names none', async (t) => {
  t.strictSame(nothingHere().problem, {
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: 'There is nothing here.'
  })
})
