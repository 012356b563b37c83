import { gunzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { get, http, type HttpAnswer } from '../support/http.js'
import { startSidecar } from '../support/sidecar-process.js'
import { cachedReads, comparable, type CachedRead } from './cached-reads.js'
import { nobody, signIn, signInAll, SUBJECT, type Caller } from './callers.js'
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
  readonly settings?: Readonly<Record<string, string>>
}

const cases: readonly Case[] = [
  { middleware: [], reason: undefined, title: 'every answer is stored' },
  {
    middleware: ['conditional'],
    reason: undefined,
    title: 'every answer is stored, and is the backend’s where nothing is to be added',
    settings: { PRIVATE_NO_CACHE: 'false' }
  },
  {
    middleware: ['gzip'],
    reason: undefined,
    title: 'every answer is stored: a fetch asks for no coding'
  },
  { middleware: ['locale'], reason: 'vary', title: 'every answer varies on the language' }
]

for (const { middleware, reason, title, settings = {} } of cases) {
  const name = middleware.length === 0 ? 'the middleware of SPMS' : `${middleware.join(', ')} middleware`
  t.test(`${name}: ${title}`, async (t) => {
    const backend = await startBackend({ database, middleware })
    const environment = { CACHE_STORE: 'memory', ORIGIN_URL: backend.url, LOG_LEVEL: 'error' }
    const sidecar = await startSidecar({ ...environment, ...settings })
    const isStated = settings['PRIVATE_NO_CACHE'] === undefined
    t.teardown(async () => {
      await sidecar.stop()
      await backend.stop()
    })
    for (const caller of await signInAll(backend.url)) {
      await forgetAll(sidecar.control)
      for (const read of READS)
        await check(t, { backend, proxy: sidecar.proxy, caller, read, reason, isStated })
    }
  })
}

t.test('behind GZipMiddleware, a browser’s hit is compressed and says what the backend says', async (t) => {
  const backend = await startBackend({ database, middleware: ['gzip'] })
  const sidecar = await startSidecar({ CACHE_STORE: 'memory', ORIGIN_URL: backend.url, LOG_LEVEL: 'error' })
  t.teardown(async () => {
    await sidecar.stop()
    await backend.stop()
  })
  const accepted = { 'accept-encoding': 'gzip, deflate, br, zstd' }
  for (const caller of [nobody, await signIn(backend.url, 'subject', SUBJECT)]) {
    const { name, headers } = caller
    await forgetAll(sidecar.control)
    const sum = { sent: 0, backend: 0, whole: 0 }
    for (const { path, scope } of READS) {
      if (caller === nobody && scope !== 'public') continue
      const ask = (base: string) => get(`${base}/api/v1/${path}`, { headers: { ...headers, ...accepted } })
      const [own, first, hit] = [await ask(backend.url), await ask(sidecar.proxy), await ask(sidecar.proxy)]
      t.equal(outcomeOf(hit.headers['cache-status'] ?? ''), 'hit', `${path} for ${name}`)
      t.equal(comparable(decoded(hit)), comparable(decoded(own)), `${path} for ${name}`)
      t.ok(hit.body.equals(first.body))
      t.equal(hit.headers['content-length'], `${hit.body.length}`)
      const plain = decoded(hit)
      const isCoded = plain.length >= 1024
      t.equal(
        hit.headers['content-encoding'],
        isCoded ? 'gzip' : undefined,
        `${plain.length} bytes of ${path}`
      )
      if (isCoded) t.match(String(hit.headers['vary']), /Accept-Encoding/)
      const has = { 'if-none-match': String(hit.headers['etag']) }
      const known = await get(`${sidecar.proxy}/api/v1/${path}`, {
        headers: { ...headers, ...accepted, ...has }
      })
      t.equal(known.status, 304)
      sum.sent += hit.body.length
      sum.backend += own.body.length
      sum.whole += plain.length
    }
    t.ok(sum.sent < sum.whole / 2, `${name}: ${sum.sent} bytes are sent of ${sum.whole}`)
    t.ok(sum.sent < sum.backend * 1.2, `and ${sum.backend} by the backend itself`)
  }
})

const decoded = ({ headers, body }: HttpAnswer): Buffer =>
  headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body

interface Checked {
  readonly backend: Backend
  readonly proxy: string
  readonly caller: Caller
  readonly read: CachedRead
  readonly reason: Reason
  /** Whether answers from entries say that they are one caller's. */
  readonly isStated: boolean
}

/** Twice through the sidecar: a miss that is stored, then a hit, and both the backend's own bytes. */
const check = async (t: Test, { backend, proxy, caller, read, reason, isStated }: Checked): Promise<void> => {
  const title = `${read.path} for ${caller.name}`
  const { headers } = caller
  const ask = (base: string) => get(`${base}/api/v1/${read.path}`, { headers })
  const [own, first, second] = [await ask(backend.url), await ask(proxy), await ask(proxy)]
  const mayRead = caller !== nobody || read.scope === 'public'
  t.equal(own.status, mayRead ? 200 : 403, title)
  for (const answer of [first, second]) {
    t.equal(answer.status, own.status, title)
    t.equal(comparable(answer.body), comparable(own.body), title)
    const isPrivate = isStated && reason === undefined && read.scope !== 'public' && caller !== nobody
    t.equal(answer.headers['cache-control'], isPrivate ? 'private, no-cache' : undefined, title)
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
