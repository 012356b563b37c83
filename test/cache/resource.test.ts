import t from 'tap'
import { expandAll, ENTRY_TAGS_MAX, type Template } from '../../src/cache/resource.js'

const template = (tags: readonly string[] | undefined): Template => ({ source: '', expand: () => tags })
const many = (prefix: string, count: number) =>
  template(Array.from({ length: count }, (_, n) => `${prefix}${n}`))

t.test('all tags come together, each once', async (t) => {
  t.same(expandAll([template(['a', 'b']), template([]), template(['b', 'c'])], { parameters: {} }), [
    'a',
    'b',
    'c'
  ])
  t.same(expandAll([], { parameters: {} }), [])
})

t.test('one template that cannot be filled leaves no tags at all', async (t) => {
  t.equal(expandAll([template(['a']), template(undefined)], { parameters: {} }), undefined)
})

t.test('more tags than an entry may carry are none', async (t) => {
  t.equal(expandAll([many('a', ENTRY_TAGS_MAX)], { parameters: {} })?.length, ENTRY_TAGS_MAX)
  t.equal(expandAll([many('a', ENTRY_TAGS_MAX), many('b', 1)], { parameters: {} }), undefined)
})
