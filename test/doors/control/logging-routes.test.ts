import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { eventually } from '../../support/eventually.js'
import { http } from '../../support/http.js'
import { startSidecar } from '../../support/sidecar-process.js'
import { isProblem, openDoor } from './open-door.js'

t.test('the level is told, and five minutes long unless another time is given', async (t) => {
  const { call, clock } = await openDoor(t)
  t.strictSame((await call('GET', '/v1/logging')).json(), { level: 'info' })
  const until = new Date(clock.now() + 300_000).toISOString()
  t.strictSame((await call('PUT', '/v1/logging', { json: { level: 'debug' } })).json(), {
    level: 'debug',
    until
  })
  t.strictSame((await call('GET', '/v1/logging')).json(), { level: 'debug', until })
})

t.test('no level that hides warnings can be asked for', async (t) => {
  const { call } = await openDoor(t)
  for (const level of ['error', 'fatal', 'silent'])
    isProblem(t, await call('PUT', '/v1/logging', { json: { level } }), 400, 'level')
  t.strictSame((await call('GET', '/v1/logging')).json(), { level: 'info' })
})

t.test('what is no level, or has no end, is refused', async (t) => {
  const { call } = await openDoor(t)
  const refused: readonly (readonly [object, string])[] = [
    [{}, 'level'],
    [{ level: 'verbose' }, 'level'],
    [{ level: 'debug', seconds: 0 }, 'seconds'],
    [{ level: 'debug', seconds: 3601 }, 'seconds'],
    [{ level: 'debug', seconds: '60' }, 'seconds'],
    [{ level: 'debug', forever: true }, 'forever']
  ]
  for (const [json, field] of refused) isProblem(t, await call('PUT', '/v1/logging', { json }), 400, field)
  t.strictSame((await call('GET', '/v1/logging')).json(), { level: 'info' })
})

t.test('a running sidecar logs its hits for that time only', async (t) => {
  const sidecar = await startSidecar({ CACHE_STORE: 'memory' })
  t.teardown(() => sidecar.stop())
  const linesOf = () => sidecar.logs.filter(({ level }) => level === 'debug').length
  const ask = () => http(`${sidecar.proxy}/api/v1/users/me`)
  await ask()
  t.equal(linesOf(), 0)
  const answer = await http(`${sidecar.control}/v1/logging`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{"level":"debug","seconds":2}'
  })
  t.equal(answer.status, 200)
  await ask()
  await eventually(async () => linesOf() > 0)
  await eventually(async () => {
    const state = await http(`${sidecar.control}/v1/logging`)
    return !state.text().includes('until')
  })
  await sleep(50)
  const lines = linesOf()
  await ask()
  await sleep(50)
  t.equal(linesOf(), lines)
})
