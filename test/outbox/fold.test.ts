import t from 'tap'
import { compileGlob } from '../../src/cache/invalidate/glob.js'
import { FOLDED_PATTERNS, FOLDED_TAGS, foldRows } from '../../src/outbox/fold.js'
import type { OutboxRow } from '../../src/outbox/replies.js'

const PREFIX = 'spms:'

interface Named {
  readonly id?: string
  readonly tags?: readonly unknown[] | null
  readonly patterns?: readonly unknown[] | null
  readonly everything?: boolean
}

const rowOf = ({ id = '1', tags = [], patterns = [], everything = false }: Named): OutboxRow => ({
  id,
  tags: tags && [...tags],
  patterns: patterns && [...patterns],
  everything,
  age: 0
})
const numbered = (count: number, nameOf: (n: number) => string): readonly string[] =>
  Array.from({ length: count }, (_, n) => nameOf(n))

t.test('names come once, without the prefix of the store', async (t) => {
  const folded = await foldRows(
    [
      rowOf({ tags: ['a', 'spms:a', 'b'], patterns: ['c:*'] }),
      rowOf({ tags: ['b'], patterns: ['spms:c:*'] })
    ],
    PREFIX
  )
  t.strictSame(folded, {
    invalidations: [{ keys: ['a', 'b'], tags: [], patterns: ['c:*'], all: false }],
    widened: 0,
    unreadable: []
  })
})

t.test('rows that name nothing invalidate nothing', async (t) => {
  t.strictSame((await foldRows([rowOf({})], PREFIX)).invalidations, [])
})

t.test('a row that names everything makes the others needless', async (t) => {
  const { invalidations, widened } = await foldRows(
    [rowOf({ tags: ['a'] }), rowOf({ everything: true })],
    PREFIX
  )
  t.strictSame(invalidations, [{ keys: [], tags: [], patterns: [], all: true }])
  t.equal(widened, 0)
})

t.test('many names are several invalidations of a thousand each', async (t) => {
  const tags = numbered(FOLDED_TAGS, (n) => `project:${n}`)
  const { invalidations, widened } = await foldRows([rowOf({ tags, patterns: ['x:*'] })], PREFIX)
  t.strictSame(
    invalidations.flatMap((each) => each.keys),
    tags
  )
  for (const each of invalidations) t.equal(each.keys.length, 1000)
  t.strictSame(
    invalidations.flatMap((each) => each.patterns),
    ['x:*']
  )
  t.equal(widened, 0)
})

t.test('a flood is folded into the families of its tags, which reach all of them', async (t) => {
  const tags = [
    ...numbered(99_990, (n) => `${n % 2 === 0 ? 'project' : 'user'}:${n}:x`),
    'staff',
    'odd*name:1',
    'odd[name]:2'
  ]
  const rows = numbered(100, () => '').map((_, n) => rowOf({ tags: tags.slice(n * 1000, (n + 1) * 1000) }))
  const { invalidations, widened } = await foldRows(rows, PREFIX)
  t.match(invalidations, [{ keys: [], tags: [], all: false }])
  t.equal(widened, tags.length)
  const patterns = invalidations.flatMap((each) => each.patterns)
  t.strictSame(patterns.toSorted(), ['odd\\*name:*', 'odd\\[name\\]:*', 'project:*', 'staff', 'user:*'])
  for (const tag of tags)
    if (!patterns.some((pattern) => compileGlob(pattern)(tag))) t.fail(`${tag} is not reached`)
  t.notOk(patterns.some((pattern) => compileGlob(pattern)('oddXname:1') || compileGlob(pattern)('x')))
})

t.test('too many families, or patterns, are everything', async (t) => {
  const many = FOLDED_PATTERNS + 1
  for (const row of [
    rowOf({ tags: numbered(FOLDED_TAGS + 1, (n) => `${n % many}:${n}`) }),
    rowOf({ patterns: numbered(many, (n) => `${n}:*`) })
  ]) {
    const { invalidations, widened } = await foldRows([row], PREFIX)
    t.match(invalidations, [{ all: true, tags: [], patterns: [] }])
    t.equal(widened, row.tags?.length || many)
  }
  const { invalidations } = await foldRows(
    [rowOf({ patterns: numbered(FOLDED_PATTERNS, (n) => `${n}:*`) })],
    PREFIX
  )
  t.match(invalidations, [{ all: false }])
})

t.test('what is no name is told with its row and its place, and invalidates everything', async (t) => {
  for (const [row, reason] of [
    [{ tags: ['a', ''] }, 'tags[1] must not be empty'],
    [{ tags: ['@value:x'] }, 'tags[0] must not start with @'],
    [{ tags: ['x'.repeat(513)] }, 'tags[0] must not be longer than 512 bytes'],
    [{ tags: [null] }, 'tags[0] must be a text'],
    [{ tags: [['a']] }, 'tags[0] must be a text'],
    [{ tags: null }, 'tags is more than is read'],
    [{ patterns: ['*'.repeat(9)] }, 'patterns[0] must not have more than 8 stars'],
    [{ patterns: null }, 'patterns is more than is read']
  ] as const) {
    const { invalidations, unreadable } = await foldRows([rowOf({ id: '7', ...row })], PREFIX)
    t.match(invalidations, [{ all: true }])
    t.strictSame(unreadable, [{ id: '7', reason }])
  }
})
