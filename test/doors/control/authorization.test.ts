import t from 'tap'
import { createAuthorization } from '../../../src/doors/control/admission.js'
import { isProblem, openDoor } from './open-door.js'

const PATHS = [
  '/v1/stats',
  '/v1/resources',
  '/openapi.json',
  '/docs',
  '/docs/json',
  '/nothing',
  '/v1/%zz'
].concat(['/v1/entries/a', `/v1/entries/${'a'.repeat(3000)}`])

t.test('with a token every request must carry it', async (t) => {
  const { call } = await openDoor(t, { token: 'right' })
  for (const path of PATHS) {
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: 'Basic right' }]) {
      const answer = await call('GET', path, { headers })
      isProblem(t, answer, 401, 'authorization', path.slice(0, 40))
      t.equal(answer.headers['www-authenticate'], 'Bearer')
    }
  }
  const authorized = { authorization: 'Bearer right' }
  t.equal((await call('GET', '/v1/stats', { headers: authorized })).status, 200)
  t.equal((await call('GET', '/openapi.json', { headers: authorized })).status, 200)
  isProblem(t, await call('GET', '/nothing', { headers: authorized }), 404)
})

t.test('without the token a write changes nothing, whatever its body', async (t) => {
  const { call } = await openDoor(t, { token: 'right' })
  const headers = { authorization: 'Bearer right' }
  await call('PUT', '/v1/entries/a', { body: 'x', headers })
  isProblem(t, await call('PUT', '/v1/entries/a', { body: 'y'.repeat(5_000_000) }), 401)
  isProblem(t, await call('POST', '/v1/invalidations', { json: { all: true } }), 401)
  isProblem(t, await call('DELETE', '/v1/entries/a'), 401)
  t.equal((await call('GET', '/v1/entries/a', { headers })).text(), 'x')
})

t.test('the token is compared as a whole, its scheme in any case', (t) => {
  const isAuthorized = createAuthorization('right')
  t.ok(isAuthorized('Bearer right'))
  t.ok(isAuthorized('bearer right'))
  for (const field of [
    undefined,
    '',
    'right',
    'Bearer',
    'Bearer ',
    'Bearer righ',
    'Bearer right ',
    'Bearer rightx'
  ]) {
    t.notOk(isAuthorized(field), `${field}`)
  }
  t.end()
})
