import t from 'tap'
import { bodyOf, ORIGIN_HEADERS, startOrigin } from '../../bench/origin.js'
import { fillAll } from '../../src/cache/resource.js'
import { readResources } from '../../src/resources/read.js'
import { get } from '../support/http.js'

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
      t.ok(fillAll(resource.tags, { parameters, user: '1', answer }), path)
    }
  }
})

t.test(
  'a list has about two records to a kilobyte, each with a number of its own; lists of different groups have none in common',
  async (t) => {
    const numbersOf = (user: number): number[] => {
      const records = JSON.parse(bodyOf(`/api/v1/users/${user}/projects`, 10 * 1024).toString()) as {
        id: number
      }[]
      return records.map(({ id }) => id)
    }
    t.same(
      numbersOf(64),
      Array.from({ length: 20 }, (_, at) => at + 1)
    )
    t.equal(new Set([...numbersOf(7), ...numbersOf(8)]).size, 40)
    t.same(numbersOf(7 + 64), numbersOf(7))
  }
)

t.test('the origin takes its time, says its headers and counts what it was asked', async (t) => {
  const origin = await startOrigin({ bodyBytes: 2000, latencyMs: 50 })
  t.teardown(() => origin.stop())
  t.equal(await origin.requests(), 0)
  const sentAt = performance.now()
  const answer = await get(`${origin.url}/api/v1/users/7`)
  t.ok(performance.now() - sentAt >= 49)
  t.equal(answer.status, 200)
  t.match(answer.headers, { ...ORIGIN_HEADERS, 'content-length': '2000' })
  t.match(answer.json(), { id: 7, user: { id: 7 } })
  await get(`${origin.url}/other`)
  t.equal(await origin.requests(), 2, 'and not the questions after the count')
})
