import t from 'tap'
import { ageSeconds, type Entry, isFresh, ttlSeconds, usableUntil } from '../../src/cache/entry.js'

const entry: Entry = {
  status: 200,
  headers: [],
  body: Buffer.alloc(0),
  generatedAt: 10_000,
  freshUntil: 20_000,
  staleWhileRevalidateUntil: 0,
  staleIfErrorUntil: 0,
  etag: undefined,
  tags: []
}

void t.test('an entry is fresh until its freshness lifetime has passed', (t) => {
  t.ok(isFresh(entry, 19_999))
  t.notOk(isFresh(entry, 20_000))
  t.end()
})

void t.test('the remaining lifetime is negative once stale', (t) => {
  t.equal(ttlSeconds(entry, 10_000), 10)
  t.equal(ttlSeconds(entry, 10_001), 10)
  t.equal(ttlSeconds(entry, 19_001), 1)
  t.equal(ttlSeconds(entry, 32_000), -12)
  t.end()
})

void t.test('the remaining lifetime is never more than the whole of it, whatever the clock says', (t) => {
  t.equal(ttlSeconds(entry, 10_000 - 3_600_000), 10)
  t.end()
})

void t.test('age is in whole seconds and never negative', (t) => {
  t.equal(ageSeconds(entry, 10_999), 0)
  t.equal(ageSeconds(entry, 11_000), 1)
  t.equal(ageSeconds(entry, 5000), 0)
  t.end()
})

void t.test('an entry is usable for as long as the longest of its windows', (t) => {
  t.equal(usableUntil(entry), 20_000)
  t.equal(usableUntil({ ...entry, staleWhileRevalidateUntil: 25_000 }), 25_000)
  t.equal(usableUntil({ ...entry, staleWhileRevalidateUntil: 25_000, staleIfErrorUntil: 30_000 }), 30_000)
  t.end()
})
