import t from 'tap'
import { bodyOf, groupOf } from '../../bench/bodies.js'
import { expandAll } from '../../src/cache/resource.js'
import { readResources } from '../../src/resources/load.js'

const { table } = readResources(undefined, { defaultTtlSeconds: 300, maxTtlSeconds: 86400 })

const PATHS = [
  '/api/v1/users/me',
  '/api/v1/projects/mine',
  '/api/v1/agencies/branches',
  '/api/v1/users/7',
  '/api/v1/users/7/projects',
  '/api/v1/users/staffprofiles/7'
]

t.test('a body has exactly the bytes that were asked for, and all that its row makes tags of', async (t) => {
  for (const path of PATHS) {
    const { resource, parameters } = table.matchRead(path) ?? {}
    if (resource === undefined || parameters === undefined) throw new Error(`${path} has no row.`)
    for (const bytes of [1024, 5 * 1024, 10 * 1024, 50 * 1024]) {
      const body = bodyOf(path, bytes)
      t.equal(body.length, bytes, `${path}, ${bytes}`)
      const answer: unknown = JSON.parse(body.toString())
      t.ok(expandAll(resource.tags, { parameters, user: '1', answer }), path)
    }
  }
})

t.test(
  'a list has a project to two kilobytes, each with a number of its own; lists of different groups have none in common',
  async (t) => {
    const pathOf = (user: number): string => `/api/v1/users/${user}/projects`
    const numbersOf = (user: number): number[] => {
      const records = JSON.parse(bodyOf(pathOf(user), 10 * 1024).toString()) as { id: number }[]
      return records.map(({ id }) => id)
    }
    const users = Array.from({ length: 2000 }, (_, at) => at)
    const ofGroup = (group: number): number[] => users.filter((user) => groupOf(pathOf(user)) === group)
    const [[one = NaN, another = NaN], [other = NaN]] = [ofGroup(0), ofGroup(1)]
    t.same(
      numbersOf(one),
      Array.from({ length: 5 }, (_, at) => at + 1)
    )
    t.same(numbersOf(another), numbersOf(one))
    t.equal(new Set([...numbersOf(one), ...numbersOf(other)]).size, 10)
  }
)

t.test('the lists of neighbours are of groups as if by chance', async (t) => {
  const sizes = new Map<number, number>()
  for (let user = 0; user < 6400; user++) {
    const group = groupOf(`/api/v1/users/${user}/projects`)
    sizes.set(group, (sizes.get(group) ?? 0) + 1)
  }
  t.equal(sizes.size, 256)
  t.ok(Math.max(...sizes.values()) < 60, 'about 25')
  t.ok(new Set(sizes.values()).size > 10, 'and not each as often as the others')
})
