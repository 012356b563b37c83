import { randomEpoch } from '../../src/cache/position.js'
import t from 'tap'
import { createMemoryStore } from '../../src/stores/memory/memory-store.js'
import { isNeverCrossed } from './crossing.js'

t.test('no answer of one caller reaches another: memory', (t) =>
  isNeverCrossed(t, async () => createMemoryStore({ maxBytes: 50_000_000, now: Date.now, randomEpoch }))
)
