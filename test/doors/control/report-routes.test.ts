import t from 'tap'
import { openDoor, RESOURCES, STATS } from './open-door.js'

interface Operation {
  readonly summary?: string
  readonly parameters?: readonly { readonly name: string; readonly schema: object }[]
  readonly responses: object
}

interface OpenApi {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

t.test('stats and the table in force are reported', async (t) => {
  const { call } = await openDoor(t)
  t.strictSame((await call('GET', '/v1/stats')).json(), STATS)
  t.strictSame((await call('GET', '/v1/resources')).json(), RESOURCES)
})

t.test('the description has every call, with the limits in force', async (t) => {
  const { call } = await openDoor(t, { maxTtlSeconds: 1234, defaultTtlSeconds: 56 })
  const answer = await call('GET', '/openapi.json')
  t.match(answer.headers['content-type'], /^application\/json/)
  const { openapi, paths } = answer.json() as OpenApi
  t.equal(openapi, '3.1.0')
  t.same(
    Object.fromEntries(
      Object.entries(paths).map(([path, operations]) => [path, Object.keys(operations).sort()])
    ),
    {
      '/v1/entries': ['get'],
      '/v1/entries/{key}': ['delete', 'get', 'put'],
      '/v1/entries/{key}/touch': ['post'],
      '/v1/entries/{key}/increment': ['post'],
      '/v1/entries/get': ['post'],
      '/v1/entries/set': ['post'],
      '/v1/entries/touch': ['post'],
      '/v1/invalidations': ['post'],
      '/v1/locks/{name}': ['delete', 'get', 'post'],
      '/v1/locks/{name}/renew': ['post'],
      '/v1/stats': ['get'],
      '/v1/audit': ['get'],
      '/v1/resources': ['get'],
      '/v1/warm': ['get', 'post'],
      '/v1/logging': ['get', 'put']
    }
  )
  for (const operation of Object.values(paths).flatMap((operations) => Object.values(operations))) {
    t.ok(operation.summary)
    t.ok('4XX' in operation.responses)
  }
  const parameters = paths['/v1/entries/{key}']?.['put']?.parameters ?? []
  const schemaOf = (name: string) => parameters.find((parameter) => parameter.name === name)?.schema
  t.match(schemaOf('ttl'), { type: 'integer', minimum: 1, maximum: 1234, default: 56 })
  t.match(schemaOf('tag'), { type: 'array', items: { type: 'string' } })
})

t.test('the documentation page and all that it loads come from the door itself', async (t) => {
  const { call } = await openDoor(t)
  const page = await call('GET', '/docs')
  t.equal(page.status, 200)
  t.match(page.headers['content-type'], /^text\/html/)
  const paths = [...page.text().matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path)
  t.ok(paths.length > 4)
  for (const path of [...paths, '/docs/json']) {
    t.ok(path.startsWith('/docs/'), path)
    t.equal((await call('GET', path)).status, 200)
  }
  t.match((await call('GET', '/docs/nothing')).headers['content-type'], 'application/problem+json')
})
