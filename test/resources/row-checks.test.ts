import t from 'tap'
import { loadResources } from '../../src/resources/load.js'

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

t.test('a read that would be of no use is refused with its place', async (t) => {
  t.throws(() => load('[/pets, /cats]'), { message: /warm\[1\]: matches no row of resources, is "\/cats"/ })
  t.throws(() => load('[/pets/mine]'), { message: /warm\[0\]: has the scope identity \(mine\)/ })
  t.throws(() => load("['/pets?name=a']"), { message: /warm\[0\]: has the parameter name/ })
  t.throws(() => load('[/pets, 5]'), { message: /warm\[1\]/ })
  t.throws(() => load('[pets]'), { message: /warm\[0\]: must be a path/ })
  t.throws(() => load('[/pets, /pets]'), { message: /warm/ })
})
