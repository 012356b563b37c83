import t from 'tap'
import { readPreference } from '../../../src/doors/control/invalidation-routes.js'
import { openDoor } from './open-door.js'

t.test('a wait is read as RFC 7240 writes it', async (t) => {
  for (const [field, waitMs] of [
    ['wait=0', 0],
    ['wait=2', 2000],
    ['WAIT = 3', 3000],
    ['respond-async, wait=1', 1000],
    ['wait=1;foo="bar", handling=lenient', 1000],
    ['wait="4"', 4000],
    ['wait=1, wait=2', 1000],
    ['note="a, wait=1", wait=2', 2000],
    ['wait=5', 5000]
  ] as const) {
    const applied = { 'preference-applied': `wait=${waitMs / 1000}` }
    t.same(readPreference(field, 5000), { waitMs, applied }, field)
  }
})

t.test('what says nothing of a wait, is malformed or too long is not applied', async (t) => {
  for (const field of [
    ...[undefined, '', 'respond-async', 'wait', 'wait=', 'wait=-1', 'wait=1.5', 'wait=soon', 'await=1'],
    ...['wait=6', 'wait=999999999', 'wait=1 2', 'x="wait=1"', 'x=1;wait=1']
  ]) {
    t.same(readPreference(field, 5000), { waitMs: undefined, applied: {} }, String(field))
  }
})

t.test('both calls that invalidate take it, and say so', async (t) => {
  const { call, waits, cut } = await openDoor(t)
  const calls = [
    (headers: Record<string, string>) => call('DELETE', '/v1/entries/a', { headers }),
    (headers: Record<string, string>) => call('POST', '/v1/invalidations', { json: { keys: ['a'] }, headers })
  ]
  for (const isCut of [false, true]) {
    if (isCut) cut()
    for (const send of calls) {
      const applied = (await send({ prefer: 'wait=2' })).headers['preference-applied']
      t.equal(applied, 'wait=2')
      t.equal((await send({ prefer: 'wait=60' })).headers['preference-applied'], undefined)
      t.equal((await send({})).headers['preference-applied'], undefined)
      t.same(waits.splice(0), [2000, undefined, undefined])
    }
  }
  const { paths } = (await call('GET', '/openapi.json')).json() as Record<string, object>
  t.equal(JSON.stringify(paths).match(/"prefer"/g)?.length, 2, 'and OpenAPI tells')
})
