import t from 'tap'
import { invalidationOf } from '../../src/cache/invalidation.js'
import { InvalidationFigures } from '../../src/insight/invalidation-figures.js'

const TOLD = { kinds: [], outcome: 'done' } as const

t.test('names that differ by a number are one, once in each invalidation', async (t) => {
  const figures = new InvalidationFigures()
  const named = invalidationOf({ tags: ['user:1', 'user:22', 'projects'], keys: ['project:3:team'] })
  figures.invalidated({ ...TOLD, named, source: 'proxy', removed: 4 })
  figures.invalidated({ ...TOLD, named: invalidationOf({ tags: ['user:5'] }), source: 'proxy', removed: 1 })
  figures.invalidated({ ...TOLD, named: invalidationOf({ tags: ['user:5'] }), source: 'outbox', removed: 0 })
  figures.invalidated({
    ...TOLD,
    named: invalidationOf({ patterns: ['a:*'], all: true }),
    source: 'control',
    removed: 9
  })
  t.strictSame(figures.all, [
    { kind: 'key', name: 'project:{n}:team', source: 'proxy', count: 1, removed: 4 },
    { kind: 'tag', name: 'user:{n}', source: 'proxy', count: 2, removed: 5 },
    { kind: 'tag', name: 'projects', source: 'proxy', count: 1, removed: 4 },
    { kind: 'tag', name: 'user:{n}', source: 'outbox', count: 1, removed: 0 },
    { kind: 'pattern', name: 'a:*', source: 'control', count: 1, removed: 9 },
    { kind: 'all', name: '*', source: 'control', count: 1, removed: 9 }
  ])
})

t.test('names without end are counted together', async (t) => {
  const figures = new InvalidationFigures()
  const nameOf = (at: number) => `x${String.fromCharCode(97 + (at % 26), 97 + Math.floor(at / 26))}`
  for (let at = 0; at < 500; at++) {
    const named = invalidationOf({ tags: [nameOf(at)] })
    figures.invalidated({ ...TOLD, named, source: 'control', removed: 1 })
  }
  t.equal(figures.all.length, 201)
  t.match(figures.all.at(-1), { name: 'others', count: 300, removed: 300 })
  const sum = new InvalidationFigures()
  sum.add(figures)
  sum.add(figures)
  t.equal(sum.all.length, 201)
  t.match(sum.all.at(-1), { name: 'others', count: 600, removed: 600 })
})
