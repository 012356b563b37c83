import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { ProblemError } from '../../../src/doors/problem.js'
import {
  ALL_WAIT_BYTES,
  LARGE_BYTES,
  LARGE_WAIT_BYTES,
  LONGEST_WAIT_MS,
  Unread
} from '../../../src/doors/proxy/unread.js'
import { eventually } from '../../support/eventually.js'

const MEBIBYTE = 1024 * 1024
const HALF = LARGE_WAIT_BYTES / 2

/** Responses of a server whose callers read nothing: what is written to them stays. */
const openResponses = async (t: Test, count: number): Promise<ServerResponse[]> => {
  const responses: ServerResponse[] = []
  const server = createServer((_, response) => void responses.push(response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  for (let opened = 0; opened < count; opened++) {
    const socket = connect(port, '127.0.0.1').pause()
    socket.on('error', () => undefined).write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    t.teardown(() => socket.destroy())
  }
  t.teardown(() => server.close())
  await eventually(() => responses.length === count)
  return responses
}

/** More than the system takes, so that the whole body is held. */
const FILLING = Buffer.alloc(16 * MEBIBYTE)
const send = (unread: Unread, target: string, body: Buffer, response: ServerResponse): void => {
  response.write(FILLING)
  unread.sent(target, body, response)
}

const openUnread = async (t: Test, count: number) => {
  const [reader, ...responses] = await openResponses(t, count + 1)
  if (reader === undefined) throw new Error('There is no response.')
  return { unread: new Unread({ timeoutMs: 60_000 }), reader, responses }
}

t.test(
  'a body is counted until its caller has it or has left, and once for all who are sent it',
  async (t) => {
    const { unread, responses } = await openUnread(t, 2)
    const body = Buffer.alloc(1000)
    for (const response of responses) send(unread, '/a', body, response)
    t.equal(unread.bytes, 1000)
    responses[0]?.destroy()
    await setImmediate()
    t.equal(unread.bytes, 1000)
    responses[1]?.destroy()
    await eventually(() => unread.bytes === 0)
  }
)

t.test('an answer that was taken at once is not counted', async (t) => {
  const { unread, responses } = await openUnread(t, 1)
  const [response] = responses
  response?.end('small')
  if (response !== undefined) unread.sent('/a', Buffer.from('small'), response)
  t.equal(unread.bytes, 0)
})

t.test('a read has to ask for room only when one may have to wait', async (t) => {
  const { unread, responses } = await openUnread(t, 2)
  const [first, second] = responses
  if (first === undefined || second === undefined) throw new Error('There must be two responses.')
  t.notOk(unread.mayWait)
  send(unread, '/small', Buffer.alloc(LARGE_BYTES - 1), first)
  t.notOk(unread.mayWait, 'no large answer is known, and little is held')
  send(unread, '/large', Buffer.alloc(LARGE_BYTES), second)
  t.ok(unread.mayWait)
})

t.test('large reads wait for room, small ones go on', async (t) => {
  const { unread, reader, responses } = await openUnread(t, 3)
  const [first, second, third] = responses
  if (first === undefined || second === undefined || third === undefined)
    throw new Error('There must be three responses.')
  t.equal(unread.room('/large', reader), undefined, 'nothing is known yet')
  send(unread, '/large', Buffer.alloc(HALF), first)
  send(unread, '/large', Buffer.alloc(HALF), second)
  send(unread, '/small', Buffer.alloc(LARGE_BYTES - 1), third)
  t.equal(unread.room('/small', reader), undefined)
  t.equal(unread.room('/other', reader), undefined)

  const went: string[] = []
  const wait = (name: string): void => void unread.room('/large', reader)?.then(() => went.push(name))
  wait('older')
  wait('newer')
  await setImmediate()
  t.same(went, [])
  first.destroy()
  third.destroy()
  await eventually(() => went.length > 0)
  await setImmediate()
  t.same(went, ['newer'], 'the latest goes first, and its place is taken')
  second.destroy()
  await eventually(() => went.length === 2)
})

t.test('a place that was given back lets the next one go on', async (t) => {
  const { unread, reader, responses } = await openUnread(t, 1)
  const [first] = responses
  if (first === undefined) throw new Error('There must be a response.')
  send(unread, '/huge', Buffer.alloc(2 * LARGE_WAIT_BYTES), first)
  const waiting = [unread.room('/huge', reader), unread.room('/huge', reader)]
  first.destroy()
  const release = await waiting[1]
  let isFirstIn = false
  void waiting[0]?.then(() => (isFirstIn = true))
  await setImmediate()
  t.notOk(isFirstIn, 'what is larger than the bound goes alone')
  release?.()
  await waiting[0]
})

t.test('beyond a higher bound all reads wait', async (t) => {
  const { unread, reader, responses } = await openUnread(t, 1)
  const [first] = responses
  if (first === undefined) throw new Error('There must be a response.')
  send(unread, '/huge', Buffer.alloc(ALL_WAIT_BYTES + 1), first)
  const waiting = unread.room('/other', reader)
  t.ok(waiting)
  first.destroy()
  await waiting
})

t.test('who waits in vain is told 503 and when to try again, and who does not read is cut', async (t) => {
  const { unread, reader, responses } = await openUnread(t, 2)
  const [first, second] = responses
  if (first === undefined || second === undefined) throw new Error('There must be two responses.')
  send(unread, '/huge', Buffer.alloc(LARGE_WAIT_BYTES), first)
  const full = new Unread({ timeoutMs: 60_000 })
  send(full, '/huge', Buffer.alloc(LARGE_WAIT_BYTES), second)
  // This one stays, so that there is no room in time.
  second.destroy = () => second
  const startedAt = performance.now()
  const [cut, refused] = await Promise.all([
    unread.room('/huge', reader),
    full.room('/huge', reader)?.catch((error: unknown) => error)
  ])
  t.ok(first.destroyed, 'cut, and the room given to who waited')
  t.type(cut, 'function')
  t.ok(refused instanceof ProblemError)
  t.match(refused, { status: 503, headers: { 'retry-after': '1' } })
  t.equal(full.refused, 1)
  t.ok(performance.now() - startedAt > LONGEST_WAIT_MS - 100)
})
