import t from 'tap'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { eventually } from '../support/eventually.js'
import { get } from '../support/http.js'
import { startSidecar } from '../support/sidecar-process.js'
import { signIn, SUBJECT } from './callers.js'
import { startBackend } from './start-backend.js'
import { readTable } from './table.js'

/** Django's middleware that says what an answer depends on, compresses it and gives it a validator, all together. */
const backend = await startBackend({ middleware: ['gzip', 'conditional', 'locale'], workers: 1 })
const caller = await signIn(backend.url, 'subject', SUBJECT)
const folder = await mkdtemp(join(tmpdir(), 'spms-table-'))
t.teardown(async () => {
  await backend.stop()
  await rm(folder, { recursive: true, force: true })
})

const ROWS = [
  '/api/v1/projects/mine',
  '/api/v1/users/me',
  '/api/v1/users/staffprofiles',
  '/api/v1/users/{id}/projects'
]

/** Each with two ways in which browsers ask for it. */
const LANGUAGES: readonly (readonly [string, string, string])[] = [
  ['en', 'en-AU,en;q=0.9', 'en'],
  ['de', 'de', 'de-AT,de;q=0.8,en;q=0.5']
]

/** The built-in table, whose rows name the languages of the project; and what is fresh for a second. */
const start = async (ttl: number): Promise<string> => {
  const { resources, ...others } = readTable()
  const RESOURCES_FILE = join(folder, `${ttl}.yaml`)
  const rows = resources.map((row) => ({ ...row, ttl, staleWhileRevalidate: 0, languages: ['en', 'de'] }))
  await writeFile(RESOURCES_FILE, stringify({ ...others, resources: rows }, { aliasDuplicateObjects: false }))
  const environment = { CACHE_STORE: 'memory', ORIGIN_URL: backend.url, LOG_LEVEL: 'error', RESOURCES_FILE }
  const sidecar = await startSidecar(environment)
  t.teardown(() => sidecar.stop())
  return sidecar.proxy
}

const ask = (base: string, row: string, headers: Readonly<Record<string, string>> = {}) =>
  get(base + row.replace('{id}', `${SUBJECT}`), {
    headers: { ...caller.headers, 'accept-language': 'en-AU,en;q=0.9', ...headers }
  })

const statusOf = (answer: { readonly headers: Readonly<Record<string, unknown>> }): string =>
  String(answer.headers['cache-status'])

t.test('with gzip, conditional and locale middleware on', async (t) => {
  const proxy = await start(300)

  t.test('each language has an entry', async (t) => {
    for (const row of ROWS) {
      for (const [language, wish, other] of LANGUAGES) {
        const own = await ask(backend.url, row, { 'accept-language': wish })
        const first = await ask(proxy, row, { 'accept-language': wish })
        const second = await ask(proxy, row, { 'accept-language': other })
        const title = `${row} in ${language}`
        t.equal(statusOf(first), 'spms; fwd=uri-miss; stored', title)
        t.match(statusOf(second), /^spms; hit/, title)
        t.equal(second.headers['content-language'], language, title)
        t.equal(first.text(), own.text(), title)
      }
    }
  })

  t.test('a hit is 304 for who has the answer', async (t) => {
    for (const row of ROWS) {
      const { headers } = await ask(proxy, row)
      const again = await ask(proxy, row, { 'if-none-match': String(headers['etag']) })
      t.equal(again.status, 304, row)
      t.match(statusOf(again), /^spms; hit/, row)
      t.equal(again.body.length, 0, row)
    }
  })
})

t.test('twenty readers at once are one request of the backend', async (t) => {
  const proxy = await start(300)
  for (const row of ROWS) {
    const { requests } = backend.answered()
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(proxy, row)))
    const stored = answers.filter((answer) => statusOf(answer).endsWith('stored'))
    const shared = answers.filter((answer) => /collapsed|hit/.test(statusOf(answer)))
    t.strictSame([stored.length, shared.length], [1, 19], row)
    await eventually(() => backend.answered().requests > requests)
    t.equal(backend.answered().requests, requests + 1, row)
  }
})

t.test('an entry that has expired is confirmed by a 304 of the backend', async (t) => {
  const proxy = await start(1)
  for (const row of ROWS) {
    const { notModified } = backend.answered()
    const first = await ask(proxy, row)
    const stale = await eventually(async () => {
      const answer = await ask(proxy, row)
      return statusOf(answer).startsWith('spms; fwd=stale') ? answer : undefined
    })
    t.equal(stale && statusOf(stale), 'spms; fwd=stale; stored', row)
    t.equal(stale?.text(), first.text(), row)
    await eventually(() => backend.answered().notModified > notModified)
  }
})
