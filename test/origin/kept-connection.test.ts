import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { OriginError } from '../../src/cache/errors.js'
import { bytesOf, startHttpOrigin } from './start-origin.js'

/** Every second request finds its kept connection closed without an answer. */
const start = async (t: Test) => {
  const arrived: string[] = []
  const started = await startHttpOrigin(t, (request, response) => {
    arrived.push(request.method ?? '')
    request.resume()
    if (arrived.length === 2) request.socket.destroy()
    else response.end('ok')
  })
  await bytesOf((await started.fetch()).body)
  return { ...started, arrived }
}

t.test('a read is sent once more when its kept connection was closed', async (t) => {
  for (const method of ['GET', 'HEAD']) {
    const { fetch, arrived, told } = await start(t)
    const answer = await fetch({ method })
    t.equal(answer.status, 200)
    await bytesOf(answer.body)
    t.same(arrived, ['GET', method, method])
    t.equal(told.originAsked.length, 2, 'and counts once')
  }
})

t.test('a write is never sent twice', async (t) => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']) {
    for (const body of [undefined, Readable.from([Buffer.from('x')])]) {
      const { fetch, arrived } = await start(t)
      await t.rejects(fetch({ method, body }), new OriginError('unreachable'))
      t.same(arrived, ['GET', method])
    }
  }
})

t.test('a read with a body is not sent twice: its body is gone', async (t) => {
  const { fetch, arrived } = await start(t)
  await t.rejects(
    fetch({ method: 'GET', body: Readable.from([Buffer.from('x')]) }),
    new OriginError('unreachable')
  )
  t.equal(arrived.length, 2)
})

t.test('a read that fails twice has failed', async (t) => {
  let arrived = 0
  const { fetch } = await startHttpOrigin(t, (request) => {
    arrived++
    request.socket.destroy()
  })
  await t.rejects(fetch(), new OriginError('unreachable'))
  t.equal(arrived, 2)
})

t.test('a time-out is not tried again', async (t) => {
  let arrived = 0
  const { fetch } = await startHttpOrigin(t, () => (arrived += 1), { timeoutMs: 50 })
  await t.rejects(fetch(), new OriginError('timeout'))
  t.equal(arrived, 1)
})
