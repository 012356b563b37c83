import { type Directives } from '../../../src/cache/origin.js'
import t from 'tap'
import { lifetimeOf, type Received } from '../../../src/cache/read/freshness.js'
import type { Resource } from '../../../src/cache/resource.js'
import { readDirectives } from '../../../src/origin/directives.js'
import { TABLE } from '../fixtures.js'

const rowOf = (path: string): Resource => {
  const match = TABLE.matchRead(path)
  if (match === undefined) throw new Error(`no row for ${path}`)
  return match.resource
}
const OPEN = rowOf('/open/5')
const MINE = rowOf('/mine')
const SILENT = readDirectives([])

const AT = 1_000_000
const RECEIVED: Received = { status: 200, isConfirmable: false, requestedAt: AT, maxTtlMs: 3_600_000 }

/** Seconds from the request: fresh, usable while revalidating, usable on an error; `unstorable` otherwise. */
const spans = (stated: Partial<Directives>, row = OPEN, maxTtlMs = 3_600_000): number[] | 'unstorable' => {
  const lifetime = lifetimeOf({ ...SILENT, ...stated }, row, { ...RECEIVED, maxTtlMs })
  if (lifetime.kind === 'unstorable') return 'unstorable'
  const { freshUntil, staleWhileRevalidateUntil, staleIfErrorUntil } = lifetime.freshness
  return [freshUntil, staleWhileRevalidateUntil, staleIfErrorUntil].map((until) => (until - AT) / 1000)
}

t.test('an answer that states nothing has the times of its row', async (t) => {
  t.same(spans({}), [60, 90, 180])
  t.same(spans({}, MINE), [60, 60, 180])
})

t.test('what the origin states wins over the row', async (t) => {
  t.same(spans({ lifetimeSeconds: 10 }), [10, 40, 130])
  t.same(spans({ lifetimeSeconds: 10, staleWhileRevalidateSeconds: 1, staleIfErrorSeconds: 0 }), [10, 11, 10])
})

t.test('an answer that was old when it came is fresh for what is left', async (t) => {
  t.same(spans({ lifetimeSeconds: 100, ageSeconds: 30 }), [70, 100, 190])
  t.equal(spans({ lifetimeSeconds: 100, ageSeconds: 100 }), 'unstorable')
  const lifetime = lifetimeOf({ ...SILENT, ageSeconds: 30 }, OPEN, RECEIVED)
  t.match(lifetime, { freshness: { generatedAt: AT - 30_000 } })
})

t.test('nothing is used for longer than the greatest time to live', async (t) => {
  t.same(spans({ lifetimeSeconds: 1e9, staleIfErrorSeconds: 1e9 }), [3600, 3600, 3600])
  t.same(spans({}, OPEN, 100_000), [60, 90, 100])
})

t.test('must-revalidate allows no stale answer', async (t) => {
  t.same(spans({ mustRevalidate: true }), [60, 60, 60])
  t.same(spans({ mustRevalidate: true, staleIfErrorSeconds: 60 }), [60, 60, 60])
})

t.test('no-store, no-cache and a lifetime of nothing are not stored', async (t) => {
  t.equal(spans({ noStore: true, lifetimeSeconds: 60 }), 'unstorable')
  t.equal(spans({ noCache: true }), 'unstorable')
  t.equal(spans({ lifetimeSeconds: 0 }), 'unstorable')
  t.equal(spans({ lifetimeSeconds: -5 }), 'unstorable')
})

t.test('private is stored for the one caller only', async (t) => {
  t.equal(spans({ private: true }), 'unstorable')
  t.equal(spans({ private: true }, rowOf('/guarded/1')), 'unstorable')
  t.same(spans({ private: true }, MINE), [60, 60, 180])
})

t.test('what cannot be stored says why', async (t) => {
  const reasonOf = (stated: Partial<Directives>): string | undefined => {
    const lifetime = lifetimeOf({ ...SILENT, ...stated }, OPEN, RECEIVED)
    return lifetime.kind === 'unstorable' ? lifetime.reason : undefined
  }
  t.equal(reasonOf({ noStore: true, noCache: true }), 'no-store')
  t.equal(reasonOf({ noCache: true }), 'no-cache')
  t.equal(reasonOf({ private: true }), 'private')
  t.equal(reasonOf({ lifetimeSeconds: 0 }), 'expired')
})

t.test(
  'what must be confirmed before each use is never fresh, nor usable on an error, and kept if it can be',
  async (t) => {
    const kept = (stated: Partial<Directives>, received: Partial<Received> = {}) =>
      lifetimeOf({ ...SILENT, ...stated }, OPEN, { ...RECEIVED, isConfirmable: true, ...received })
    for (const [stated, unconfirmed] of [
      [{ noCache: true, lifetimeSeconds: 60 }, 'no-cache'],
      [{ noCache: true, staleIfErrorSeconds: 60, staleWhileRevalidateSeconds: 60 }, 'no-cache'],
      [{ lifetimeSeconds: 0, staleIfErrorSeconds: 60 }, 'expired'],
      [{ lifetimeSeconds: 10, ageSeconds: 10 }, 'expired']
    ] as const) {
      const usable = { freshUntil: 0, staleWhileRevalidateUntil: 0, staleIfErrorUntil: 0 }
      t.match(kept(stated), { unconfirmed, freshness: { ...usable, keptUntil: AT + 600_000 } })
    }
    t.match(kept({ noCache: true }, { isConfirmable: false }), { kind: 'unstorable', reason: 'no-cache' })
    t.match(kept({ lifetimeSeconds: 0 }, { status: 404 }), { kind: 'unstorable', reason: 'expired' })
  }
)

t.test(
  'what can be confirmed is kept for ten minutes after its last use, or for the greatest time to live',
  async (t) => {
    const keptFor = (received: Partial<Received>, stated: Partial<Directives> = {}): number | undefined => {
      const lifetime = lifetimeOf({ ...SILENT, ...stated }, OPEN, { ...RECEIVED, ...received })
      const until = lifetime.kind === 'storable' ? lifetime.freshness.keptUntil : undefined
      return until === undefined ? undefined : (until - AT) / 1000
    }
    t.equal(keptFor({}), undefined)
    t.equal(keptFor({ isConfirmable: true }), 180 + 600)
    t.equal(keptFor({ isConfirmable: true }, { mustRevalidate: true }), 60 + 600)
    t.equal(keptFor({ isConfirmable: true, maxTtlMs: 100_000 }), 100 + 100)
  }
)

t.test(
  'only a 200 has the time to live of its row; other statuses have what the origin states',
  async (t) => {
    const notFound = (stated: Partial<Directives>) =>
      lifetimeOf({ ...SILENT, ...stated }, OPEN, { ...RECEIVED, status: 404 })
    t.match(notFound({}), { kind: 'unstorable', reason: 'status', isLasting: true })
    t.match(notFound({ lifetimeSeconds: 5 }), { freshness: { freshUntil: AT + 5000 } })
    const failed = lifetimeOf(SILENT, OPEN, { ...RECEIVED, status: 500 })
    t.match(failed, { kind: 'unstorable', reason: 'status', isLasting: false })
  }
)

t.test('a row without a time to live stores what the origin gives one, and nothing else', async (t) => {
  const row = { ...OPEN, ttlMs: 0 }
  t.equal(spans({}, row), 'unstorable')
  t.same(spans({ lifetimeSeconds: 10 }, row), [10, 40, 130])
})

t.test('must-understand puts no-store aside for a status that is understood', async (t) => {
  const stated = { ...SILENT, noStore: true, mustUnderstand: true, lifetimeSeconds: 5 }
  t.match(lifetimeOf(stated, OPEN, RECEIVED), { kind: 'storable' })
  t.match(lifetimeOf(stated, OPEN, { ...RECEIVED, status: 599 }), { reason: 'no-store' })
  t.match(lifetimeOf({ ...stated, noStore: false }, OPEN, { ...RECEIVED, status: 599 }), {
    reason: 'no-store'
  })
})
