import t from 'tap'
import { delimit, digest } from '../../../src/cache/identity/digest.js'

t.test('a digest is 22 characters that need no escaping, and the same each time', async (t) => {
  t.match(digest('a'), /^[A-Za-z0-9_-]{22}$/)
  t.equal(digest('a'), digest('a'))
  t.equal(digest('a'), 'ypeBEsobvcr6wjGzmiPcTa', 'entries outlive the process: it never changes')
  t.not(digest('a'), digest('b'))
})

t.test('no two lists of values give one text', async (t) => {
  const lists = [
    [],
    [''],
    ['', ''],
    ['a,b'],
    ['a', 'b'],
    ['1:a'],
    ['a,1:b'],
    ['ab'],
    ['a', ''],
    ['', 'a'],
    ['3:a,b']
  ]
  t.equal(new Set(lists.map(delimit)).size, lists.length)
})
