import { PassThrough, Readable } from 'node:stream'
import t from 'tap'
import { OriginError } from '../../../src/cache/errors.js'
import type { Invalidation } from '../../../src/cache/invalidation.js'
import { createFieldReader } from '../../../src/cache/read/request-fields.js'
import { createWriteThrough, type WriteThroughContext } from '../../../src/cache/write/write-through.js'
import { createRecorder } from '../../stores/observer.js'
import {
  createFakeOrigin,
  createGate,
  type Fields,
  flat,
  originAnswer,
  type Respond,
  settle,
  SIGNED_IN,
  TABLE,
  textOf
} from '../fixtures.js'

const JSON_BODY = { 'content-type': 'application/json; charset=utf-8' }

const somebody = (n: number): Fields => ({ ...JSON_BODY, cookie: `sessionid=${n}` })

const setUp = (options: Partial<WriteThroughContext> = {}) => {
  const origin = createFakeOrigin()
  const named: Partial<Invalidation>[] = []
  const effects: [status: number, identity: string | undefined][] = []
  const observer = createRecorder()
  const write = createWriteThrough({
    table: TABLE,
    readFields: createFieldReader(TABLE.identity),
    elapsed: () => 0,
    origin,
    observer,
    invalidate: async (each) => {
      named.push(each)
      return { outcome: 'done', position: 'e:1-0', removed: 0 }
    },
    invalidateSessionChanges: ({ status }, { identity }) => {
      effects.push([status, identity])
      return undefined
    },
    userOf: async () => undefined,
    ...options
  })
  let callers = 0
  /** By another caller each time, unless told: one who repeats himself has to wait. */
  const send = (
    method: string,
    target: string,
    body?: string | Readable,
    fields: Fields = somebody(++callers)
  ) =>
    write({
      method,
      target,
      headers: flat(fields),
      body: typeof body === 'string' ? Readable.from([Buffer.from(body)]) : body
    })
  /** What a write invalidates: its tags, or `all`. */
  const effectOf = async (
    ...request: Parameters<typeof send>
  ): Promise<readonly string[] | 'all' | 'nothing'> => {
    named.length = 0
    await textOf(await send(...request))
    if (named.length > 1) throw new Error('it invalidates once')
    return named[0] === undefined ? 'nothing' : named[0].all === true ? 'all' : (named[0].tags ?? [])
  }
  return { origin, named, effects, send, effectOf, told: observer.told }
}

const answering =
  (parts: Parameters<typeof originAnswer>[0]): Respond =>
  async (request) => {
    await request.body?.toArray()
    return originAnswer(parts)
  }

t.test('a row’s tags are filled from the path, the request and the answer', async (t) => {
  const { origin, effectOf } = setUp()
  t.same(await effectOf('PUT', '/things/5'), ['thing:5'])
  t.same(await effectOf('PUT', '/things/5?force=1'), ['thing:5'])
  t.same(await effectOf('PUT', '/%74hings/%35'), ['thing:5'], 'as the origin decodes the path')
  origin.respond = answering({ json: { id: 9 } })
  t.same(await effectOf('PUT', '/things/5/owner', '{"user":7}'), ['user:7'])
  t.same(await effectOf('POST', '/things', '{}'), ['thing:9'])
  t.same(await effectOf('POST', '/users/mail', '{}'), 'nothing', 'a row may say that nothing changes')
})

t.test('what is not known falls back to the family', async (t) => {
  const { origin, effectOf } = setUp()
  origin.respond = answering({ json: {} })
  t.same(await effectOf('DELETE', '/things/5'), ['family:things'], 'a method without a row')
  t.same(await effectOf('PROPFIND', '/things/5/parts'), ['family:things'], 'a path without a row')
  t.same(await effectOf('PUT', '/things/5/owner', 'user=7'), ['family:things'], 'no JSON in the request')
  t.same(await effectOf('PUT', '/things/5/owner'), ['family:things'], 'no request body')
  t.same(await effectOf('POST', '/things', '{}'), ['family:things'], 'nothing in the answer')
  t.same(await effectOf('POST', '/admin/anything'), 'all')
  t.same(await effectOf('POST', '/elsewhere'), 'nothing')
})

t.test('bodies too large to look into fall back to the family, and pass whole', async (t) => {
  const { origin, effectOf, send } = setUp()
  const large = JSON.stringify({ user: 7, id: 9, pad: 'x'.repeat(1024 * 1024) })
  let received = 0
  origin.respond = async ({ body }) => {
    received = Buffer.concat((await body?.toArray()) ?? []).length
    return originAnswer({ body: large })
  }
  t.same(await effectOf('PUT', '/things/5/owner', large), ['family:things'])
  t.equal(received, large.length)
  t.same(await effectOf('POST', '/things', '{}'), ['family:things'])
  t.equal((await textOf(await send('POST', '/things', '{}'))).length, large.length)
})

t.test('every outcome counts but those that say that nothing was tried', async (t) => {
  const { origin, effectOf } = setUp()
  for (const status of [200, 201, 204, 302, 400, 408, 409, 410, 412, 422, 500, 503]) {
    origin.respond = () => originAnswer({ status })
    t.same(await effectOf('PUT', '/things/5'), ['thing:5'], `${status}`)
  }
  for (const status of [401, 403, 404, 405, 411, 413, 415, 417, 429]) {
    origin.respond = () => originAnswer({ status })
    t.equal(await effectOf('PUT', '/things/5'), 'nothing', `${status}`)
  }
})

t.test('no answer at all counts too', async (t) => {
  const { origin, effectOf, send } = setUp()
  for (const kind of ['timeout', 'unreachable', 'overloaded'] as const) {
    origin.respond = () => Promise.reject(new OriginError(kind))
    t.same(await effectOf('PUT', '/things/5'), ['thing:5'], kind)
    t.same(await effectOf('POST', '/things', '{}'), ['family:things'], kind)
    t.match(await send('PUT', '/things/5'), { kind: 'failure', cacheStatus: 'spms; fwd=method' })
  }
  origin.respond = () =>
    originAnswer({ body: Readable.from([Buffer.from('{')]).map(() => Promise.reject(new Error('reset'))) })
  t.same(
    await effectOf('POST', '/things', '{}'),
    ['family:things'],
    'an answer that breaks off while it is read'
  )
})

t.test('the invalidation is done before the answer is passed on', async (t) => {
  const order: string[] = []
  const gate = createGate()
  const { send } = setUp({
    invalidate: async () => {
      await gate.opened
      order.push('invalidated')
      return { outcome: 'done', position: 'e:1-0', removed: 0 }
    }
  })
  const answered = send('PUT', '/things/5').then(() => order.push('answered'))
  await settle()
  gate.open()
  await answered
  t.same(order, ['invalidated', 'answered'])
})

t.test('safe methods change nothing', async (t) => {
  const { effectOf } = setUp()
  for (const method of ['OPTIONS', 'TRACE']) t.equal(await effectOf(method, '/things/5'), 'nothing', method)
})

t.test('log-out and a new password end what is kept for the caller', async (t) => {
  const { identity } = createFieldReader(TABLE.identity)(flat(SIGNED_IN))
  const unknown = setUp()
  t.same(await unknown.effectOf('POST', '/users/log-out', '{}', SIGNED_IN), [`~${String(identity)}`])
  t.same(await unknown.effectOf('POST', '/users/log-out', '{}', JSON_BODY), 'nothing', 'nobody has nothing')
  t.same(
    await unknown.effectOf('PUT', '/users/password', '{}', SIGNED_IN),
    [`~${String(identity)}`, 'family:users'],
    'whose number is not known: the family'
  )
  const known = setUp({ userOf: async () => '7' })
  t.same(await known.effectOf('PUT', '/users/password', '{}', SIGNED_IN), [`~${String(identity)}`, 'user:7'])
})

t.test('what an answer makes untrue is asked of each', async (t) => {
  const { origin, effects, send } = setUp()
  origin.respond = () => originAnswer({ status: 403 })
  await send('PUT', '/things/5', '{}', SIGNED_IN)
  await send('PUT', '/things/5', '{}', {})
  t.match(effects, [
    [403, /./],
    [403, undefined]
  ])
})

t.test('who is nobody to the origin, or is sent to a log-in, changes no more than a row says', async (t) => {
  const { origin, effectOf } = setUp()
  t.equal(await effectOf('POST', '/admin/anything', 'a=b', {}), 'nothing')
  t.equal(await effectOf('DELETE', '/things/5', '', {}), 'nothing')
  t.same(await effectOf('PUT', '/things/5', '{}', {}), ['thing:5'], 'its row says so')
  for (const location of ['/sign-in/?next=/admin/', 'https://spms.example/sign-in']) {
    origin.respond = () => originAnswer({ status: 302, headers: ['Location', location] })
    t.equal(await effectOf('POST', '/admin/anything'), 'nothing', location)
    t.same(await effectOf('PUT', '/things/5'), ['thing:5'])
  }
  origin.respond = () => originAnswer({ status: 302, headers: ['Location', '/sign-in-report/5'] })
  t.equal(await effectOf('POST', '/admin/anything'), 'all', 'another redirection is a success')
})

t.test('wide invalidations of one caller are folded, and lose none', async (t) => {
  const { named, send, told } = setUp()
  const [one, other] = [somebody(1), somebody(2)]
  await send('DELETE', '/things/1', '', one)
  const rest = [send('DELETE', '/things/2', '', one), send('POST', '/admin/a', '', one)]
  await send('DELETE', '/things/3', '', other)
  t.same(
    named.map(({ tags }) => tags),
    [['family:things'], ['family:things']],
    'each the first of its caller'
  )
  await Promise.all(rest)
  t.match(named[2], { all: true })
  t.equal(named.length, 3)
  t.same(told.invalidationsFolded, [{ cause: 'wide', count: 2 }])
})

t.test(
  'an answer is held until its invalidation has an outcome, and says when that is pending',
  async (t) => {
    const gate = createGate()
    const { origin, send } = setUp({
      invalidate: async () => {
        await gate.opened
        return { outcome: 'pending' }
      },
      invalidateSessionChanges: ({ status }) => (status === 403 ? Promise.resolve('pending') : undefined)
    })
    let isAnswered = false
    const sending = send('PUT', '/things/5', '{}').finally(() => (isAnswered = true))
    await settle()
    t.notOk(isAnswered)
    gate.open()
    const pending = { cacheStatus: 'spms; fwd=method; detail=invalidation-pending' }
    t.match(await sending, { status: 200, ...pending })
    origin.respond = () => originAnswer({ status: 403 })
    t.match(await send('PUT', '/things/5', '{}', SIGNED_IN), { status: 403, ...pending })
    origin.respond = () => Promise.reject(new OriginError('timeout'))
    t.match(await send('PUT', '/things/5', '{}'), { kind: 'failure', status: 504, ...pending })
  }
)

t.test('a write is passed on as it came, its answer as it comes, and whoever watches is told', async (t) => {
  const { origin, send, told } = setUp()
  origin.respond = answering({ status: 201, body: 'made' })
  const answer = await send('POST', '/elsewhere?x=%zz', 'a=b', { 'X-Request-ID': 'r1' })
  t.match(answer, { kind: 'relay', status: 201, outcome: 'write', cacheStatus: 'spms; fwd=method' })
  t.equal(await textOf(answer), 'made')
  t.match(origin.requests[0], {
    method: 'POST',
    target: '/elsewhere?x=%zz',
    headers: ['X-Request-ID', 'r1'],
    resource: 'none'
  })
  t.match(told.answered, [
    { resource: 'none', key: undefined, outcome: 'write', status: 201, requestId: 'r1' }
  ])
})

t.test('a request that breaks off breaks off at the origin', async (t) => {
  const { origin, send, named } = setUp()
  origin.respond = async ({ body }) => {
    await body?.toArray().catch((cause: unknown) => {
      throw new OriginError('unreachable', { cause })
    })
    return originAnswer()
  }
  const upload = new PassThrough()
  upload.write('{"us')
  const sending = send('PUT', '/things/5/owner', upload)
  upload.destroy()
  t.match(await sending, { kind: 'failure', status: 502 })
  t.same(named[0]?.tags, ['family:things'], 'the origin may have done something')
})

t.test('a write over a validator of a coding names the one that the origin knows', async (t) => {
  const { origin, send } = setUp()
  await send('PUT', '/things/5', '{}', { ...JSON_BODY, 'if-match': '"v~gzip"' })
  t.same(origin.requests[0]?.headers.slice(-2), ['if-match', '"v"'])
})
