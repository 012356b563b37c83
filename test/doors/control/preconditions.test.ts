import t from 'tap'
import { fieldOf, readNoneMatch, readPrecondition } from '../../../src/doors/control/preconditions.js'

const LISTS = ['', ' , ', 'abc', '"a', '"a" "b"', 'w/"a"', '*, "a"']

t.test('a write may ask for nothing, for no value, for any or for one of several', async (t) => {
  t.equal(readPrecondition({}), 'none')
  t.equal(readPrecondition({ 'if-none-match': ' * ' }), 'absent')
  t.equal(readPrecondition({ 'if-match': '*' }), 'present')
  t.strictSame(readPrecondition({ 'if-match': '"a", ,"b,c"' }), { anyOf: ['"a"', '"b,c"'] })
  t.strictSame(readPrecondition({ 'if-match': 'W/"a"' }), { anyOf: [] }, 'strong comparison')
})

t.test('a precondition that cannot be read is refused by the name of its field', async (t) => {
  for (const list of LISTS) {
    t.throws(() => readPrecondition({ 'if-match': list }), { errors: [{ field: 'if-match' }] }, list)
    t.throws(() => readNoneMatch({ 'if-none-match': list }), { errors: [{ field: 'if-none-match' }] }, list)
  }
  t.throws(() => readPrecondition({ 'if-none-match': '"a"' }), { errors: [{ field: 'if-none-match' }] })
  t.throws(() => readPrecondition({ 'if-match': '*', 'if-none-match': '*' }), {
    errors: [{ field: 'if-none-match' }]
  })
})

t.test('a read may name what its caller has', async (t) => {
  t.equal(readNoneMatch({}), undefined)
  for (const list of ['*', '"a"', 'W/"a", "b,c"']) t.equal(readNoneMatch({ 'if-none-match': list }), list)
})

t.test('an unmet precondition is told by the field that it came in', async (t) => {
  t.equal(fieldOf('absent'), 'if-none-match')
  t.equal(fieldOf({ anyOf: [] }), 'if-match')
})
