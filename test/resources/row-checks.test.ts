import t from 'tap'
import { loadResources, readResources } from '../../src/resources/load.js'

const load = (warm: string) =>
  loadResources(
    `
identity: { headers: [Remote-User], cookies: [], families: [] }
families: { pets: [/pets] }
resources:
  - { name: pets, path: /pets, key: pets, scope: authenticated, families: [pets], query: [page] }
  - { name: pet, path: '/pets/{id}', key: 'pet:{id}', scope: public, families: [pets] }
  - { name: mine, path: /pets/mine, key: 'pet:~{identity}', scope: identity, families: [pets] }
writes: []
warm: ${warm}
`,
    { source: 'table.yaml', defaultTtlSeconds: 300, maxTtlSeconds: 86_400 }
  )

t.test('paths of shared rows can be warmed, and nothing is warmed without a list', async (t) => {
  t.strictSame(load('[/pets, /pets/5, /pets?page=2]').description.warm, ['/pets', '/pets/5', '/pets?page=2'])
  t.strictSame(load('[]').description.warm, [])
})

t.test('a tag of a write that is the key of a read, and none of its tags, is told', async (t) => {
  const warningsOf = (key: string, tags: string, written: string) =>
    loadResources(
      `
identity: { cookies: [sessionid] }
families: { pets: [/pets] }
resources:
  - { name: pet, path: '/pets/{id}', key: '${key}', scope: public, families: [pets], tags: ${tags} }
writes:
  - { methods: [POST], path: /pets, tags: [] }
  - { methods: [PUT], path: '/pets/{number}', tags: ['other', '${written}'] }
`,
      { source: 'table.yaml', defaultTtlSeconds: 300, maxTtlSeconds: 86_400 }
    ).warnings
  t.strictSame(warningsOf('pet:{id}', '[]', 'pet:{number}'), [
    'writes[1] (/pets/{number}).tags[1]: "pet:{number}" is the key of resources[0] (pet) and none of its tags'
  ])
  t.equal(warningsOf('pet:{id}', '[]', 'pet:{request.pet}').length, 1)
  t.strictSame(warningsOf('pet:{id}', "['pet:{answer.id}']", 'pet:{number}'), [])
  t.strictSame(warningsOf('pet:{id}', '[]', 'pets:{number}'), [])
  t.strictSame(readResources(undefined, { defaultTtlSeconds: 300, maxTtlSeconds: 86_400 }).warnings, [])
})

t.test('a read that would be of no use is refused with its place', async (t) => {
  t.throws(() => load('[/pets, /cats]'), { message: /warm\[1\]: matches no row of resources, is "\/cats"/ })
  t.throws(() => load('[/pets/mine]'), { message: /warm\[0\]: has the scope identity \(mine\)/ })
  t.throws(() => load("['/pets?name=a']"), { message: /warm\[0\]: has a query that pets does not store/ })
  t.throws(() => load('[/pets, 5]'), { message: /warm\[1\]/ })
  t.throws(() => load('[pets]'), { message: /warm\[0\]: must be a path/ })
  t.throws(() => load('[/pets, /pets]'), { message: /warm/ })
})
