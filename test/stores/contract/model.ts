import fc from 'fast-check'
import type { Test } from 'tap'
import { invalidationOf, type Invalidation } from '../../../src/cache/invalidation.js'
import { isReached } from '../../../src/cache/invalidate/matcher.js'
import type { Position } from '../../../src/cache/position.js'
import type { Store } from '../../../src/cache/store.js'
import type { CreateStore } from '../contract.js'
import { entryOf, positionOf } from '../fixtures.js'

type Step =
  | { readonly kind: 'miss'; readonly fill: number }
  | { readonly kind: 'commit'; readonly fill: number; readonly storeKey: string; readonly tags: string[] }
  | { readonly kind: 'invalidate'; readonly named: Partial<Invalidation> }

const name = fc.constantFrom('a', 'b', 'u:1', 'u:2', 'u:1:x')
const storeKey = fc.oneof(
  name,
  name.map((key) => `@value:${key}`),
  fc.constant('@proof:p')
)
const names = fc.array(name, { maxLength: 2 })
const fillNumber = fc.nat(3)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('miss' as const), fill: fillNumber }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('commit' as const), fill: fillNumber, storeKey, tags: names })
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('invalidate' as const),
      named: fc.oneof(
        fc.record({ keys: names, tags: names }),
        fc.record({ patterns: fc.constantFrom(['u:*'], ['?'], ['*']) }),
        fc.constant({ all: true })
      )
    })
  }
)

/** One reader's miss, numbered by the count of invalidations that had been asked for when it was told. */
interface Miss {
  readonly position: Position
  readonly asked: number
}

/**
 * The promise, checked against a model that knows calls and answers only: once an invalidation is done, no
 * entry that it reaches is readable whose miss was told before the invalidation was asked for.
 */
const check = async (store: Store, rounds: readonly (readonly Step[])[]): Promise<string | undefined> => {
  const asked: Invalidation[] = []
  const misses = new Map<number, Miss>()
  const miss = async (fill: number): Promise<void> => {
    const position = await positionOf(store)
    misses.set(fill, { position, asked: asked.length })
  }
  const play = async (step: Step): Promise<void> => {
    if (step.kind === 'miss') return miss(step.fill)
    if (step.kind === 'invalidate') {
      const invalidation = invalidationOf(step.named)
      asked.push(invalidation)
      const { outcome } = await store.invalidate(invalidation)
      if (outcome !== 'done') throw new Error('an invalidation is pending')
      return
    }
    if (!misses.has(step.fill)) await miss(step.fill)
    const known = misses.get(step.fill)
    if (known === undefined) return
    const entry = entryOf(`${known.asked}`, { tags: [...new Set(step.tags)] })
    await store.commit({ writes: [{ storeKey: step.storeKey, entry }], position: known.position })
  }

  for (const round of rounds) {
    await Promise.all(round.map(play))
    const { entries } = await store.read(STORE_KEYS)
    for (const [at, entry] of entries.entries()) {
      if (entry === undefined) continue
      const since = asked.slice(Number(entry.body.toString()))
      const storeKey = STORE_KEYS[at] ?? ''
      if (isReached(since, storeKey, entry.tags))
        return `${storeKey} is readable after ${JSON.stringify(since)}`
    }
  }
  return undefined
}

const KEYS = ['a', 'b', 'u:1', 'u:2', 'u:1:x']
const STORE_KEYS = [...KEYS, ...KEYS.map((key) => `@value:${key}`), '@proof:p']

export const modelContract = async (t: Test, createStore: CreateStore): Promise<void> => {
  await t.test(
    'nothing is readable after a later invalidation that names it, whatever the order',
    async (t) => {
      const { store } = await createStore(t)
      const rounds = fc.array(fc.array(step, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 12 })
      await fc.assert(
        fc.asyncProperty(rounds, async (played) => {
          const fault = await check(store, played)
          if (fault !== undefined) throw new Error(fault)
        }),
        { numRuns: 100 }
      )
      t.pass('no counterexample in 100 runs')
    }
  )

  await t.test('unrelated invalidations do not keep a fill from being stored', async (t) => {
    const { store } = await createStore(t)
    const position = await positionOf(store)
    const [outcomes] = await Promise.all([
      store.commit({ writes: [{ storeKey: 'a', entry: entryOf('') }], position }),
      store.invalidate(invalidationOf({ keys: ['b'] })),
      store.invalidate(invalidationOf({ patterns: ['c*'] }))
    ])
    t.strictSame(outcomes, ['stored'])
  })
}
