import { randomEpoch } from '../../../src/cache/position.js'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import t from 'tap'
import { createValues } from '../../../src/cache/values/values.js'
import { plainKeyOf } from '../../../src/doors/control/value-reads.js'
import { createMemoryStore } from '../../../src/stores/memory/memory-store.js'
import { createClock } from '../../support/clock.js'
import { eventually } from '../../support/eventually.js'
import { isProblem, openDoor } from './open-door.js'

const keyOf = (method: string, url: string): string | undefined =>
  plainKeyOf(Object.assign(new IncomingMessage(new Socket()), { method, url }))

t.test('a plain read is a GET of a key in usual characters, whole or escaped', async (t) => {
  t.equal(keyOf('GET', '/v1/entries/user:5:projects'), 'user:5:projects')
  t.equal(keyOf('GET', '/v1/entries/user%3A5%2Fa'), 'user:5/a')
  t.equal(keyOf('GET', `/v1/entries/${'k'.repeat(500)}`), 'k'.repeat(500))
})

t.test('every other request is for the router', async (t) => {
  for (const url of [
    '/v1/entries/a?ttl=5',
    '/v1/entries/a#b',
    '/v1/entries/a;b',
    '/v1/entries/a/b',
    '/v1/entries/',
    '/v1/entries/%zz',
    '/v1/entries/%ff',
    '/v1/entries/é',
    `/v1/entries/${'k'.repeat(501)}`,
    '/v2/entries/a',
    'http://h/v1/entries/a'
  ]) {
    t.equal(keyOf('GET', url), undefined, url)
  }
  for (const method of ['HEAD', 'PUT', 'DELETE', 'OPTIONS'])
    t.equal(keyOf(method, '/v1/entries/a'), undefined)
})

const OF_CONNECTION = ['date', 'connection', 'keep-alive']

t.test('a read is answered alike, plain or not', async (t) => {
  const { call, cut } = await openDoor(t)
  await call('PUT', '/v1/entries/a', { body: 'x' })
  const both = async (key: string) => {
    const [plain, routed] = [
      await call('GET', `/v1/entries/${key}`),
      await call('HEAD', `/v1/entries/${key}`)
    ]
    const shown = ({ headers }: typeof plain) =>
      Object.entries(headers).filter(([name]) => !OF_CONNECTION.includes(name))
    t.same(shown(plain), shown(routed), key)
    t.equal(plain.status, routed.status, key)
    return plain
  }
  t.equal((await both('a')).text(), 'x')
  isProblem(t, await both('absent'), 404)
  isProblem(t, await both('@epoch'), 400, 'key')
  cut()
  const unavailable = await both('a')
  isProblem(t, unavailable, 503)
  t.equal(unavailable.headers['retry-after'], '1')
})

t.test('a plain read needs the token, too', async (t) => {
  const { call } = await openDoor(t, { token: 'secret' })
  const headers = { authorization: 'Bearer secret' }
  await call('PUT', '/v1/entries/a', { body: 'x', headers })
  isProblem(t, await call('GET', '/v1/entries/a'), 401, 'authorization')
  isProblem(t, await call('GET', '/v1/entries/a', { headers: { authorization: 'Bearer other' } }), 401)
  t.equal((await call('GET', '/v1/entries/a', { headers })).text(), 'x')
})

t.test('a read that is under way when the door closes is answered, and ends its connection', async (t) => {
  const clock = createClock()
  const values = createValues({
    store: createMemoryStore({ maxBytes: 1_000_000, now: clock.now, randomEpoch }),
    now: clock.now
  })
  let isAsked: () => void = () => undefined
  let goOn: () => void = () => undefined
  const asked = new Promise<void>((resolve) => (isAsked = resolve))
  let reads = 0
  const gate = new Promise<void>((resolve) => (goOn = resolve))
  const { call, close } = await openDoor(t, {
    values: {
      ...values,
      read: async (keys) => {
        if (++reads === 2) isAsked()
        await gate
        return values.read(keys)
      }
    }
  })
  await values.put(
    { key: 'a', body: Buffer.from('x'), contentType: 'text/plain', tags: [], ttlSeconds: 60 },
    { precondition: 'none', position: undefined }
  )
  const read = (key: string) => call('GET', `/v1/entries/${key}`, { headers: { connection: 'keep-alive' } })
  const reading = [read('a'), read('absent')]
  await asked
  const closed = close()
  await eventually(() =>
    call('GET', '/v1/stats').then(
      () => false,
      () => true
    )
  )
  goOn()
  const [found, absent] = await Promise.all(reading)
  t.equal(found?.text(), 'x')
  t.equal(absent?.status, 404)
  for (const answer of [found, absent]) t.equal(answer?.headers['connection'], 'close')
  await closed
})
