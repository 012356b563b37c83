import t from 'tap'
import { isProblem, openDoor } from './open-door.js'

t.test('touch gives a new time to live, the default without one', async (t) => {
  const { call, clock } = await openDoor(t)
  await call('PUT', '/v1/entries/a?ttl=10', { body: 'x' })
  clock.advance(9_000)
  t.equal((await call('POST', '/v1/entries/spms:a/touch?ttl=20')).status, 204)
  t.match((await call('GET', '/v1/entries/a')).headers, { 'cache-status': 'spms; hit; ttl=20', age: '9' })
  await call('POST', '/v1/entries/a/touch', { headers: { 'content-type': 'application/json' } })
  t.equal((await call('GET', '/v1/entries/a')).headers['cache-status'], 'spms; hit; ttl=300')
})

t.test('touch is 404 where nothing is', async (t) => {
  const { call } = await openDoor(t)
  isProblem(t, await call('POST', '/v1/entries/a/touch'), 404)
})

t.test('increment counts from 0, by 1 unless told', async (t) => {
  const { call } = await openDoor(t)
  const increment = async (json: object) => (await call('POST', '/v1/entries/n/increment', { json })).json()
  t.same(await increment({ by: 5 }), { value: 5 })
  t.same(await increment({}), { value: 6 })
  t.same(await increment({ by: -10 }), { value: -4 })
  t.equal((await call('GET', '/v1/entries/n')).text(), '-4')
})

t.test('increment with If-Match: * is 412 where nothing is', async (t) => {
  const { call } = await openDoor(t)
  const increment = () => call('POST', '/v1/entries/n/increment', { json: {}, headers: { 'if-match': '*' } })
  isProblem(t, await increment(), 412, 'if-match')
  await call('PUT', '/v1/entries/n', { body: '1' })
  t.same((await increment()).json(), { value: 2 })
})

t.test('increment of what is no integer, or beyond the exact ones, is 409', async (t) => {
  const { call } = await openDoor(t)
  const increment = (by: number) => call('POST', '/v1/entries/n/increment', { json: { by } })
  await call('PUT', '/v1/entries/n', { body: 'many' })
  isProblem(t, await increment(1), 409, 'key')
  await call('PUT', '/v1/entries/n', { body: '9007199254740991' })
  isProblem(t, await increment(1), 409, 'by')
  t.equal((await call('GET', '/v1/entries/n')).text(), '9007199254740991')
  t.same((await increment(-9007199254740991)).json(), { value: 0 })
})

t.test('100 increments at once count to 100', async (t) => {
  const { call } = await openDoor(t)
  await Promise.all(Array.from({ length: 100 }, () => call('POST', '/v1/entries/n/increment', { json: {} })))
  t.equal((await call('GET', '/v1/entries/n')).text(), '100')
})
