import t from 'tap'
import { isLenient, readWait } from '../../../src/doors/control/preferences.js'
import { isProblem, openDoor } from './open-door.js'

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
    t.same(readWait(field, 5000), { waitMs, applied }, field)
  }
})

t.test('what says nothing of a wait, is malformed or too long is not applied', async (t) => {
  for (const field of [
    ...[undefined, '', 'respond-async', 'wait', 'wait=', 'wait=-1', 'wait=1.5', 'wait=soon', 'await=1'],
    ...['wait=6', 'wait=999999999', 'wait=1 2', 'x="wait=1"', 'x=1;wait=1']
  ]) {
    t.same(readWait(field, 5000), { waitMs: undefined, applied: {} }, String(field))
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
  t.equal(JSON.stringify(paths).match(/"prefer"/g)?.length, 6, 'and OpenAPI tells')
})

t.test('handling is read as RFC 7240 writes it', async (t) => {
  for (const field of ['handling=lenient', 'HANDLING = Lenient', 'wait=1, handling="lenient";a=b'])
    t.ok(isLenient(field), field)
  for (const field of [undefined, 'lenient', 'handling=strict, handling=lenient', 'x="handling=lenient"'])
    t.notOk(isLenient(field), String(field))
})

t.test('with lenient handling a time to live above the greatest counts as that', async (t) => {
  const { call } = await openDoor(t)
  const headers = { prefer: 'handling=lenient' }
  const year = 31_536_000
  const calls: readonly [string, string, object?][] = [
    ['PUT', `/v1/entries/a?ttl=${year}`],
    ['POST', `/v1/entries/a/touch?ttl=${year}`],
    ['POST', '/v1/entries/touch', { keys: ['a'], ttl: year }],
    ['POST', '/v1/entries/set', { entries: [{ key: 'a', value: 'x', ttl: year }] }]
  ]
  await call('PUT', '/v1/entries/a', { body: 'x' })
  for (const [method, path, json] of calls) {
    isProblem(t, await call(method, path, { json }), 400)
    const answer = await call(method, path, { json, headers })
    t.match(answer.headers, { 'preference-applied': 'handling=lenient' }, `${method} ${path}`)
    t.ok(answer.status < 300)
    t.equal((await call('GET', '/v1/entries/a')).headers['cache-status'], 'spms; hit; ttl=86400', path)
    await call('PUT', '/v1/entries/a?ttl=10', { body: 'x', headers })
    t.equal((await call('GET', '/v1/entries/a')).headers['cache-status'], 'spms; hit; ttl=10', 'no less')
  }
})

t.test('lenient handling makes nothing else acceptable', async (t) => {
  const { call } = await openDoor(t)
  const headers = { prefer: 'handling=lenient' }
  for (const ttl of ['0', '-1', '1.5', 'x', '9'.repeat(400)])
    isProblem(t, await call('PUT', `/v1/entries/a?ttl=${ttl}`, { body: 'x', headers }), 400, 'ttl', ttl)
  for (const ttl of [0, -1, 1.5, '5', null, 100_000.5]) {
    const json = { entries: [{ key: 'a', value: 'x', ttl }] }
    isProblem(t, await call('POST', '/v1/entries/set', { json, headers }), 400, 'entries[0].ttl')
  }
  const nested = { entries: [{ key: 'a', value: 'x', entries: [{ ttl: 1e9 }] }] }
  isProblem(t, await call('POST', '/v1/entries/set', { json: nested, headers }), 400, 'entries[0].entries')
})
