import t from 'tap'
import { OriginError } from '../../../src/cache/errors.js'
import { CancelSource, CancelledError } from '../../../src/concurrency/cancellation.js'
import { createForward } from '../../../src/cache/read/forward.js'
import type { ReadRequest } from '../../../src/cache/read/lookup.js'
import { createFakeOrigin, createGate, originAnswer } from '../fixtures.js'

const setUp = () => {
  const origin = createFakeOrigin()
  const told: [status: number, identity: string | undefined][] = []
  const forward = createForward(origin, ({ status }, { identity }) => {
    told.push([status, identity])
    return undefined
  })
  const caller = new CancelSource()
  const request: ReadRequest = {
    method: 'GET',
    target: '/any?a=%zz',
    headers: ['X', '1', 'x', '2'],
    body: undefined,
    onInterim: () => undefined,
    cancel: caller
  }
  const ask = (identity?: string) =>
    forward(request, identity, { resource: 'none', outcome: 'bypass', cacheStatus: 'spms; x' })
  return { origin, told, caller, request, ask }
}

t.test('a read is passed on as it came, and its answer back as it comes', async (t) => {
  const { origin, request, ask } = setUp()
  const answer = originAnswer({ status: 404 })
  origin.respond = () => answer
  t.match(await ask('me'), {
    kind: 'relay',
    status: 404,
    outcome: 'bypass',
    cacheStatus: 'spms; x',
    received: answer
  })
  const { method, target, headers, onInterim } = request
  t.match(origin.requests[0], { resource: 'none', method, target, headers, onInterim })
})

t.test('an origin is not sent the validators of codings that it knows nothing of', async (t) => {
  const { origin, request } = setUp()
  const forward = createForward(origin, () => undefined)
  const conditional = { ...request, headers: ['If-None-Match', '"v~br"', 'X', '1'] }
  await forward(conditional, undefined, { resource: 'none', outcome: 'bypass', cacheStatus: 'spms; x' })
  t.same(origin.requests[0]?.headers, ['If-None-Match', '"v"', 'X', '1'])
})

t.test('a 304 of the origin names the validator that the caller has', async (t) => {
  const { origin, request } = setUp()
  const forward = createForward(origin, () => undefined)
  origin.respond = () => ({
    ...originAnswer({ status: 304, body: '' }),
    headers: ['ETag', '"v"', 'X', '"v"']
  })
  const tags = async (list: string) => {
    const headers = ['If-None-Match', list]
    const about = { resource: 'none', outcome: 'bypass', cacheStatus: 'spms; x' } as const
    const answer = await forward({ ...request, headers }, undefined, about)
    return answer.kind === 'relay' && answer.received.headers
  }
  t.same(await tags('"v~br"'), ['ETag', '"v~br"', 'X', '"v"'])
  t.same(await tags('"v~br", "v"'), ['ETag', '"v"', 'X', '"v"'])
})

t.test('an origin that gives no answer is a failure', async (t) => {
  const { origin, ask } = setUp()
  origin.respond = () => Promise.reject(new OriginError('timeout'))
  t.match(await ask(), { kind: 'failure', status: 504, outcome: 'failed', cacheStatus: 'spms; x' })
})

t.test('what an answer makes untrue is asked of each, with who got it', async (t) => {
  const { origin, told, ask } = setUp()
  for (const status of [200, 401]) {
    origin.respond = () => originAnswer({ status })
    await ask('me')
    await ask(undefined)
  }
  t.same(told, [
    [200, 'me'],
    [200, undefined],
    [401, 'me'],
    [401, undefined]
  ])
})

t.test('an answer whose invalidation is pending says so', async (t) => {
  const origin = createFakeOrigin()
  origin.respond = () => originAnswer({ status: 403 })
  const forward = createForward(origin, () => Promise.resolve('pending'))
  const { request } = setUp()
  const answer = await forward(request, 'me', { resource: 'none', outcome: 'bypass', cacheStatus: 'spms; x' })
  t.match(answer, { status: 403, cacheStatus: 'spms; x; detail=invalidation-pending' })
})

t.test('a read is given up with its caller', async (t) => {
  const { origin, caller, ask } = setUp()
  origin.respond = () => createGate().opened.then(() => originAnswer())
  const asking = ask()
  caller.cancel()
  await t.rejects(asking, CancelledError)
  t.equal(origin.aborted, 1)
})
