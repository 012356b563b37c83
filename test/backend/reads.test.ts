import t, { type Test } from 'tap'
import { get, http } from '../support/http.js'
import { startSidecar } from '../support/sidecar-process.js'
import { cachedReads, comparable, type CachedRead } from './cached-reads.js'
import { nobody, signInAll, SUBJECT, type Caller } from './callers.js'
import { startBackend, type Backend, type Middleware } from './start-backend.js'
import { startDatabase } from './start-database.js'

const database = await startDatabase()
t.teardown(() => database.stop())

const READS = cachedReads([SUBJECT], [15])

/** The reason why an answer cannot be stored. */
type Reason = 'vary' | undefined

interface Case {
  readonly middleware: readonly Middleware[]
  readonly reason: Reason
  readonly title: string
}

const cases: readonly Case[] = [
  { middleware: [], reason: undefined, title: 'every answer is stored' },
  { middleware: ['conditional'], reason: undefined, title: 'every answer is stored' },
  {
    middleware: ['gzip'],
    reason: undefined,
    title: 'every answer is stored: a fetch asks for no coding'
  },
  { middleware: ['locale'], reason: 'vary', title: 'every answer varies on the language' }
]

for (const { middleware, reason, title } of cases) {
  const name = middleware.length === 0 ? 'the middleware of SPMS' : `${middleware.join(', ')} middleware`
  t.test(`${name}: ${title}`, async (t) => {
    const backend = await startBackend({ database, middleware })
    const sidecar = await startSidecar({ CACHE_STORE: 'memory', ORIGIN_URL: backend.url, LOG_LEVEL: 'error' })
    t.teardown(async () => {
      await sidecar.stop()
      await backend.stop()
    })
    for (const caller of await signInAll(backend.url)) {
      await forgetAll(sidecar.control)
      for (const read of READS) await check(t, { backend, proxy: sidecar.proxy, caller, read, reason })
    }
  })
}

interface Checked {
  readonly backend: Backend
  readonly proxy: string
  readonly caller: Caller
  readonly read: CachedRead
  readonly reason: Reason
}

/** Twice through the sidecar: a miss that is stored, then a hit, and both the backend's own bytes. */
const check = async (t: Test, { backend, proxy, caller, read, reason }: Checked): Promise<void> => {
  const title = `${read.path} for ${caller.name}`
  const { headers } = caller
  const ask = (base: string) => get(`${base}/api/v1/${read.path}`, { headers })
  const [own, first, second] = [await ask(backend.url), await ask(proxy), await ask(proxy)]
  const mayRead = caller !== nobody || read.scope === 'public'
  t.equal(own.status, mayRead ? 200 : 403, title)
  for (const answer of [first, second]) {
    t.equal(answer.status, own.status, title)
    t.equal(comparable(answer.body), comparable(own.body), title)
  }
  t.strictSame(
    [first, second].map((answer) => answer.headers['cache-status'] ?? '').map(outcomeOf),
    mayRead ? outcomes(reason) : ['no-identity', 'no-identity'],
    title
  )
}

const outcomes = (reason: Reason): readonly string[] =>
  reason === undefined ? ['stored', 'hit'] : [reason, reason]

/** `spms; fwd=uri-miss; stored` is `stored`. */
const outcomeOf = (status: string | string[]): string =>
  /; (?:(hit|stored)\b|.*\bdetail=([\w-]+)|.*\b(stored)\b)/.exec(String(status))?.slice(1).find(Boolean) ??
  String(status)

const forgetAll = async (control: string): Promise<void> => {
  const headers = { 'content-type': 'application/json' }
  await http(`${control}/v1/invalidations`, { method: 'POST', headers, body: '{"all":true}' })
}
