import fc from 'fast-check'
import t from 'tap'
import { parseName, parsePattern } from '../../src/cache/names.js'

const PREFIX = 'spms:'

const isValid = (text: string): boolean => parseName(text, PREFIX).outcome === 'valid'

t.test('a name with and without the prefix is one name', (t) => {
  const parsed = { outcome: 'valid', name: 'user:5:projects' }
  t.same(parseName('user:5:projects', PREFIX), parsed)
  t.same(parseName('spms:user:5:projects', PREFIX), parsed)
  t.same(parseName('{spms}:user:5:projects', '{spms}:'), parsed)
  t.end()
})

t.test('the braces of a prefix for Redis Cluster may be left out', (t) => {
  for (const text of ['{spms}:user:5', 'spms:user:5', 'user:5']) {
    t.same(parseName(text, '{spms}:'), { outcome: 'valid', name: 'user:5' })
  }
  t.end()
})

t.test('the prefix is taken off once: a second one is part of the name', (t) => {
  t.same(parseName('spms:spms:a', PREFIX), { outcome: 'valid', name: 'spms:a' })
  t.end()
})

t.test('without a prefix every name is taken as it is', (t) => {
  t.same(parseName('spms:a', ''), { outcome: 'valid', name: 'spms:a' })
  t.end()
})

t.test('a name has 1 to 512 bytes, counted without the prefix', (t) => {
  t.notOk(isValid(''))
  t.notOk(isValid('spms:'))
  t.ok(isValid('a'.repeat(512)))
  t.ok(isValid(`spms:${'a'.repeat(512)}`))
  t.notOk(isValid('a'.repeat(513)))
  t.ok(isValid('é'.repeat(256)))
  t.notOk(isValid('é'.repeat(257)))
  t.end()
})

t.test('a name does not start with @, behind the prefix neither', (t) => {
  t.notOk(isValid('@log'))
  t.notOk(isValid('spms:@log'))
  t.ok(isValid('a@b'))
  t.end()
})

t.test('a name has no space, no control character and no lone surrogate', (t) => {
  const refused = [
    ' ',
    '\t',
    '\n',
    '\0',
    '\x7f',
    '\x85',
    '\xa0',
    '\u1680',
    '\u2003',
    '\u2028',
    '\u3000',
    '\ufeff'
  ]
  for (const character of refused)
    t.notOk(isValid(`a${character}b`), `U+${character.charCodeAt(0).toString(16)}`)
  t.notOk(isValid('a\ud800'))
  t.notOk(isValid('\udc00a'))
  t.ok(isValid('🗝'))
  t.end()
})

t.test('a pattern follows the same rules and has at most 8 stars', (t) => {
  t.same(parsePattern('spms:user:5:*', PREFIX), { outcome: 'valid', name: 'user:5:*' })
  t.equal(parsePattern('*a'.repeat(8), PREFIX).outcome, 'valid')
  t.match(parsePattern('*a'.repeat(9), PREFIX), { outcome: 'invalid', reason: /8 stars/ })
  t.equal(parsePattern('*'.repeat(200), PREFIX).outcome, 'invalid')
  t.equal(parsePattern('@*', PREFIX).outcome, 'invalid')
  t.equal(parsePattern('', PREFIX).outcome, 'invalid')
  t.end()
})

t.test(
  'every valid name but one that begins with the prefix itself is what it was, or that behind the prefix',
  (t) => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        const parsed = parseName(text, PREFIX)
        if (parsed.outcome === 'invalid') return
        if (text.startsWith(PREFIX)) t.ok(text === PREFIX + parsed.name)
        else {
          t.ok(parsed.name === text)
          t.same(parseName(PREFIX + text, PREFIX), parsed)
        }
      })
    )
    t.end()
  }
)
