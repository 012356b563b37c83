import t from 'tap'
import { isProblem, openDoor } from './open-door.js'

const put = async (call: Awaited<ReturnType<typeof openDoor>>['call'], ...paths: string[]) => {
  for (const path of paths) await call('PUT', `/v1/entries/${path}`, { body: 'x' })
}

t.test('keys, tags, patterns and all are removed, with either spelling', async (t) => {
  const { call } = await openDoor(t)
  const left = async () => {
    const keys = ['a', 'b', 'c', 'user:5:x', 'd']
    const { missing } = (await call('POST', '/v1/entries/get', { json: { keys } })).json() as {
      missing: string[]
    }
    return keys.filter((key) => !missing.includes(key))
  }
  await put(call, 'a', 'b?tag=t', 'c?tag=user:5:y', 'user:5:x', 'd')
  const first = await call('POST', '/v1/invalidations', {
    json: { keys: ['spms:a', 'none'], tags: ['spms:t'] }
  })
  t.equal(first.status, 200)
  t.match(first.json(), { id: /^\d+-\d+$/, removed: 2 })
  const { id, position } = first.json() as { id: string; position: string }
  t.ok(position.endsWith(`:${id}`))
  t.equal((await call('GET', '/v1/entries/none')).headers['cache-position'], position)
  t.same(await left(), ['c', 'user:5:x', 'd'])
  t.match((await call('POST', '/v1/invalidations', { json: { patterns: ['spms:user:5:*'] } })).json(), {
    removed: 2
  })
  t.same(await left(), ['d'])
  t.match((await call('POST', '/v1/invalidations', { json: { all: true } })).json(), { removed: 1 })
  t.same(await left(), [])
})

t.test('an invalidation that names nothing, or something wrong, is 400 and removes nothing', async (t) => {
  const { call } = await openDoor(t)
  await put(call, 'a')
  const faults: [object, string][] = [
    [{}, 'body'],
    [{ keys: [], tags: [], patterns: [] }, 'body'],
    [{ all: false }, 'all'],
    [{ all: 'true' }, 'all'],
    [{ all: 1 }, 'all'],
    [{ keys: 'a' }, 'keys'],
    [{ keys: ['a'], tags: 'a' }, 'tags'],
    [{ keys: ['a', 5] }, 'keys[1]'],
    [{ keys: ['a', ''] }, 'keys[1]'],
    [{ keys: ['a'], tags: ['a b'] }, 'tags[0]'],
    [{ keys: ['a'], patterns: ['*'.repeat(200)] }, 'patterns[0]'],
    [{ keys: ['a'], patterns: ['@*'] }, 'patterns[0]'],
    [{ keys: ['a'], key: 'b' }, 'key'],
    [{ keys: Array(1001).fill('a') }, 'keys'],
    [{ keys: null }, 'keys']
  ]
  for (const [json, field] of faults) {
    isProblem(
      t,
      await call('POST', '/v1/invalidations', { json }),
      400,
      field,
      JSON.stringify(json).slice(0, 60)
    )
  }
  t.equal((await call('GET', '/v1/entries/a')).status, 200)
})

t.test('a value that is computed after an invalidation can be put with its position', async (t) => {
  const { call } = await openDoor(t)
  const { position } = (await call('POST', '/v1/invalidations', { json: { keys: ['a'] } })).json() as {
    position: string
  }
  t.equal((await call('PUT', `/v1/entries/a?position=${position}`, { body: 'x' })).status, 204)
  await call('DELETE', '/v1/entries/a')
  isProblem(t, await call('PUT', `/v1/entries/a?position=${position}`, { body: 'x' }), 409, 'position')
})

t.test('a removal tells how many entries there were', async (t) => {
  const { call, cut } = await openDoor(t)
  const remove = async () => {
    const { status, headers } = await call('DELETE', '/v1/entries/a')
    return [status, headers['removed']]
  }
  await put(call, 'a', 'b?tag=a')
  t.same(await remove(), [204, '2'])
  t.same(await remove(), [204, '0'])
  cut()
  t.same(await remove(), [202, undefined])
})

t.test('an invalidation is logged at debug, and nothing is logged of values', async (t) => {
  const { call, log } = await openDoor(t, { token: 'secret-token' })
  const headers = { authorization: 'Bearer secret-token' }
  await call('PUT', '/v1/entries/a', { body: 'secret-body', headers })
  await call('POST', '/v1/invalidations', { json: { keys: ['a'] }, headers })
  await call('DELETE', '/v1/entries/a', { headers })
  const lines = log
    .map((line): unknown => JSON.parse(line))
    .filter((line) => JSON.stringify(line).includes('"keys"'))
  const said = { level: 20, keys: ['a'], outcome: 'done', msg: 'Invalidated through the control door.' }
  t.match(lines, [said, said])
  t.notMatch(log.join(''), /secret/)
})
