import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { createResponseBatches } from '../../../src/doors/proxy/send.js'
import { blockFor } from '../../support/block.js'
import { eventually } from '../../support/eventually.js'
import { openSampleProxy } from './open-proxy.js'

const PATH = '/api/v1/users/5/projects'
const REQUEST = `GET ${PATH} HTTP/1.1\r\nHost: a\r\nCookie: sessionid=a\r\n\r\n`

t.test('the answers of one turn are one batch, and the next turn has its own', async (t) => {
  const batches = createResponseBatches(() => 0)
  let isSent = false
  const batch = batches.join()
  void batch.then(() => (isSent = true))
  batches.releaseLate()
  t.equal(batches.join(), batch)
  await Promise.resolve()
  t.notOk(isSent)
  await setImmediate()
  t.ok(isSent)
  t.not(batches.join(), batch)
})

t.test('no answer waits for long for the work of others', async (t) => {
  for (const relief of ['releaseLate', 'join'] as const) {
    let nowMs = 0
    const batches = createResponseBatches(() => nowMs)
    const sent: string[] = []
    void batches.join().then(() => sent.push('first'))
    nowMs = 4
    void batches.join().then(() => sent.push('second'))
    await Promise.resolve()
    t.strictSame(sent, [])
    nowMs = 5
    void batches[relief]()
    await Promise.resolve()
    t.strictSame(sent, ['first', 'second'], relief)
  }
})

t.test('hits that are asked for in one turn are sent after its requests have been read', async (t) => {
  const { dial, get } = await openSampleProxy(t)
  await get(PATH, { cookie: 'sessionid=a' })
  const sockets = Array.from({ length: 4 }, dial)
  // An answer each, so that the connections are known to the server.
  for (const socket of sockets) {
    socket.write(REQUEST)
    await once(socket, 'data')
  }
  const seen: string[] = []
  const asked = (): void => void seen.push('asked')
  const sent = (): void => void seen.push('sent')
  subscribe('http.server.request.start', asked)
  subscribe('http.server.response.finish', sent)
  t.teardown(() => unsubscribe('http.server.request.start', asked))
  t.teardown(() => unsubscribe('http.server.response.finish', sent))
  // On a busy machine they may take so long together that nobody waits for the others: not each time.
  const areAskedFirst = (): boolean => seen[0] === 'asked' && seen[1] === 'asked'
  for (let rounds = 0; rounds < 10 && !areAskedFirst(); rounds++) {
    seen.length = 0
    for (const socket of sockets) socket.write(REQUEST)
    // Until all of them are there: what comes one turn later is answered one turn later.
    blockFor(20)
    await eventually(() => seen.length === 8)
  }
  t.ok(areAskedFirst())
})
