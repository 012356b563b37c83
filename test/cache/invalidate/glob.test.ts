import fc from 'fast-check'
import t from 'tap'
import { compileGlob, literalPrefix } from '../../../src/cache/invalidate/glob.js'
import { startRedis } from '../../support/redis-server.js'

const ALPHABET = ['a', 'b', 'c', ':', '-', '^', ']', '[', '*', '?', '\\', 'é', 'ü', '😀']
const text = fc.string({ unit: fc.constantFrom(...ALPHABET), minLength: 1, maxLength: 8 })
const set = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '-', '^', '\\', ']', 'é'), maxLength: 5 })
const pattern = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...ALPHABET) },
      { weight: 2, arbitrary: fc.constant('*') },
      { weight: 1, arbitrary: fc.constant('?') },
      { weight: 2, arbitrary: set.map((members) => `[${members}]`) },
      { weight: 1, arbitrary: fc.constantFrom('a-b', '[^', '[a-', '\\*') }
    ),
    { minLength: 1, maxLength: 6 }
  )
  .map((parts) => parts.join(''))
  // Whether C compares such bytes as signed depends on the machine that Redis was compiled for.
  .filter((glob) => !/\P{ASCII}\\?-\\?\p{ASCII}|\p{ASCII}-\\?\P{ASCII}/u.test(glob))

void t.test('matches what Redis matches', async (t) => {
  const server = await startRedis()
  t.teardown(() => server.stop())
  const redis = server.client()
  const texts = [...new Set(fc.sample(text, { numRuns: 1500, seed: 1 }))]
  await redis.mset(texts.flatMap((key) => [key, '']))
  let matched = 0
  await fc.assert(
    fc.asyncProperty(pattern, async (glob) => {
      const [, found] = await redis.scan(0, 'MATCH', glob, 'COUNT', 10_000)
      const expected = texts.filter(compileGlob(glob))
      matched += expected.length
      if (expected.sort().join('\n') !== found.sort().join('\n')) {
        const wrong = [...texts].filter((key) => found.includes(key) !== compileGlob(glob)(key))
        throw new Error(`${glob} on ${JSON.stringify(wrong)}`)
      }
    }),
    { numRuns: 3000 }
  )
  t.ok(matched > 10_000, `3000 patterns agree on ${matched} matches`)
})

void t.test('compares bytes, as Redis does', (t) => {
  t.ok(compileGlob('??')('é'))
  t.notOk(compileGlob('?')('é'))
  t.ok(compileGlob('[é][é]')('é'))
  t.ok(compileGlob('имя:*')('имя:😀'))
  t.end()
})

void t.test('takes little time for a hostile pattern', (t) => {
  const matches = compileGlob('*a*a*a*a*a*a*a*b')
  const text = 'a'.repeat(512)
  const startedAt = performance.now()
  const answers = Array.from({ length: 50 }, () => matches(text))
  t.notOk(answers.includes(true))
  t.ok(performance.now() - startedAt < 2000, 'a backtracking matcher takes minutes')
  t.end()
})

void t.test('a pattern stays the same however many others were compiled', (t) => {
  const first = compileGlob('user:*')
  for (let at = 0; at < 3000; at++) compileGlob(`other:${at}*`)
  t.ok(first('user:1'))
  t.ok(compileGlob('user:*')('user:1'))
  t.notOk(compileGlob('other:7*')('user:1'))
  t.end()
})

void t.test('every match begins with the literal prefix', (t) => {
  t.equal(literalPrefix('user:5:*'), 'user:5:')
  t.equal(literalPrefix('a?b'), 'a')
  t.equal(literalPrefix('a[b]'), 'a')
  t.equal(literalPrefix('a\\*b'), 'a')
  t.equal(literalPrefix('*'), '')
  t.equal(literalPrefix('plain]'), 'plain]')
  fc.assert(
    fc.property(pattern, text, (glob, key) => !compileGlob(glob)(key) || key.startsWith(literalPrefix(glob)))
  )
  t.end()
})
