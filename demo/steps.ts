import { setTimeout } from 'node:timers/promises'
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { StatsSchema } from '../src/telemetry/statistics.js'
import type { Answer, Client } from './client.js'
import { faultOf, type Expectation } from './expectation.js'
import type { Report } from './report.js'
import { signInOf, type SignIn } from './sign-in.js'

export interface Doors {
  readonly proxy: Client
  readonly control: Client
  readonly origin: Client
}

export interface Walked {
  readonly isAsExpected: boolean
  readonly signIn: SignIn
  /** The project that was renamed on the way. */
  readonly project: number
}

/** The walk: every kind of answer once, each compared with what it should be. */
export const walk = async (doors: Doors, report: Report): Promise<Walked> => {
  let isAsExpected = true
  const check = (answer: Answer, expected: Expectation): Answer => {
    const fault = faultOf(answer, expected)
    isAsExpected &&= fault === undefined
    report.answer(answer, fault)
    return answer
  }
  const way: Way = { ...doors, report, check }
  const signIn = await signingIn(way)
  const project = await missAndHit(way, signIn)
  await search(way, signIn)
  await write(way, signIn, project)
  await stampede(way)
  await failingOrigin(way, signIn, project)
  await figures(way)
  return { isAsExpected, signIn, project }
}

interface Way extends Doors {
  readonly report: Report
  readonly check: (answer: Answer, expected: Expectation) => Answer
}

const signingIn = async ({ proxy, report, check }: Way): Promise<SignIn> => {
  report.step('Sign in. A write is forwarded.')
  const json = { username: 'user5', password: 'sample' }
  return signInOf(check(await proxy('POST', LOG_IN, { json }), { status: 200, cacheStatus: FORWARDED }))
}

/** Returns the number of a project of the person's own. */
const missAndHit = async ({ proxy, report, check }: Way, { headers }: SignIn): Promise<number> => {
  report.step('A miss: the origin is asked and its answer is stored. Then a hit.')
  const own = check(await proxy('GET', MINE, { headers }), { status: 200, cacheStatus: STORED })
  const again = await proxy('GET', MINE, { headers })
  const isEqual = again.body === own.body
  check(again, { status: 200, cacheStatus: HIT, also: { 'the hit is equal to the miss': isEqual } })

  report.step('Another person never sees it: the same address is a miss for them.')
  const other = await proxy('GET', MINE, { headers: SOMEBODY_ELSE })
  const isOther = other.body !== own.body
  check(other, { status: 200, cacheStatus: STORED, also: { 'they get a list of their own': isOther } })
  return Number(/"id":(\d+)/.exec(own.body)?.[1])
}

const search = async ({ proxy, report, check }: Way, { headers }: SignIn): Promise<void> => {
  report.step('A search is not cached.')
  const cacheStatus = 'spms; fwd=bypass; detail=search'
  for (let time = 0; time < 2; time++) {
    check(await proxy('GET', SEARCH, { headers }), { status: 200, cacheStatus })
  }
}

const write = async ({ proxy, report, check }: Way, { headers }: SignIn, project: number): Promise<void> => {
  report.step('A write invalidates every list that shows the project: the next read is fresh.')
  const title = `Renamed at ${new Date().toISOString()}`
  const rename = await proxy('PUT', `/api/v1/projects/${project}`, { headers, json: { title } })
  check(rename, { status: 202, cacheStatus: FORWARDED })
  for (const cacheStatus of [STORED, HIT]) {
    const read = await proxy('GET', MINE, { headers })
    const also = { 'the list has the new title': read.body.includes(title) }
    check(read, { status: 200, cacheStatus, also })
  }
}

const stampede = async ({ proxy, origin, report, check }: Way): Promise<void> => {
  report.step(`A stampede: ${READERS} readers at once, one request to the origin.`)
  const before = await requestsAt(origin, PROFILE)
  const startedAt = performance.now()
  const first = proxy('GET', PROFILE)
  const others = Array.from({ length: READERS - 1 }, () => proxy('GET', PROFILE))
  const [reader, crowd] = [await first, await Promise.all([first, ...others])]
  const ms = performance.now() - startedAt
  const asked = (await requestsAt(origin, PROFILE)) - before
  const all = { ...reader, ms, request: `${READERS} × ${reader.request}`, cacheStatus: tally(crowd) }
  const isEqual = crowd.every(({ status, body }) => status === 200 && body === reader.body)
  check(all, {
    status: 200,
    also: { 'all answers are equal': isEqual, 'the origin was asked once': asked === 1 }
  })
  report.plain(`     requests that the origin counted: ${asked}`)
}

const failingOrigin = async (way: Way, { headers }: SignIn, project: number): Promise<void> => {
  const { proxy, origin, report, check } = way
  const single = `/api/v1/projects/${project}`
  report.step('The origin fails, it cuts every connection: what is cached goes on, the rest is a 502.')
  // The origin is asked to call this answer fresh for one second, so that it is stale soon.
  const briefly = { headers: { 'x-sample-cache-control': 'max-age=1' } }
  check(await proxy('GET', HERO, briefly), { status: 200, cacheStatus: STORED })
  await origin('PUT', '/__origin/fail', { json: 'reset' })
  check(await proxy('GET', MINE, { headers }), { status: 200, cacheStatus: HIT })
  report.plain('     two seconds later')
  await setTimeout(2_100)
  check(await proxy('GET', HERO), { status: 200, cacheStatus: /^spms; hit; ttl=-\d+$/ })
  check(await proxy('GET', single, { headers }), { status: 502 })

  report.step('The origin is back.')
  await origin('PUT', '/__origin/fail', { json: null })
  check(await proxy('GET', single, { headers }), { status: 200, cacheStatus: /^spms; fwd=bypass/ })
  check(await proxy('GET', HERO), { status: 200, cacheStatus: /^spms; fwd=stale; .*stored$/ })
}

const figures = async ({ control, report, check }: Way): Promise<void> => {
  report.step('What the cache counted.')
  const answer = await control('GET', '/v1/stats')
  const stats: unknown = answer.status === 200 ? JSON.parse(answer.body) : undefined
  const isStats = Value.Check(Figures, stats)
  check(answer, { status: 200, also: { 'hits and misses were counted': isStats && stats.total.hits > 0 } })
  if (isStats) report.stats(stats)
}

const Figures = Type.Pick(StatsSchema, ['total', 'resources'])

const LOG_IN = '/api/v1/users/log-in'
const MINE = '/api/v1/projects/mine'
const SEARCH = '/api/v1/agencies/branches?searchTerm=re'
export const PROFILE = '/api/v1/users/staffprofiles/3004'
const HERO = `${PROFILE}/hero`
const READERS = 200

const SOMEBODY_ELSE = {
  'remote-user': 'user8',
  'x-first-name': 'Some',
  'x-last-name': 'Body',
  'x-email': 'user8@sample.test'
}

const FORWARDED = 'spms; fwd=method'
const STORED = 'spms; fwd=uri-miss; stored'
const HIT = /^spms; hit; ttl=\d+$/

const requestsAt = async (origin: Client, path: string): Promise<number> => {
  const { body } = await origin('GET', '/__origin/counters')
  return Number(new RegExp(`"${path}":(\\d+)`).exec(body)?.[1] ?? 0)
}

/** How many answers there were of each kind: `1 stored, 199 collapsed`. */
const tally = (answers: readonly Answer[]): string => {
  const counts = new Map<string, number>()
  for (const { cacheStatus } of answers) {
    const kind = /hit|collapsed|stored/.exec(cacheStatus)?.[0] ?? 'other'
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ')
}
