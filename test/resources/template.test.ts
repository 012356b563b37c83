import t from 'tap'
import { UNKNOWN_USER_TAG } from '../../src/cache/tags.js'
import { expandAll, type Template, type TemplateValues } from '../../src/cache/resource.js'
import { compileTemplate } from '../../src/resources/template.js'
import type { TemplatePlace } from '../../src/resources/template-rules.js'

const TAG: TemplatePlace = { use: 'tag', parameters: ['id'], scope: 'identity' }
const WRITE: TemplatePlace = { use: 'write', parameters: ['id'] }
const KEY: TemplatePlace = { use: 'key', parameters: ['id'], scope: 'public' }

const compile = (source: string, place: TemplatePlace): Template => {
  const compiled = compileTemplate(source, place)
  if (compiled.outcome === 'refused') throw new Error(compiled.reason)
  return compiled.template
}

const fill = (
  source: string,
  values: Partial<TemplateValues>,
  place: TemplatePlace = TAG
): readonly string[] | undefined => compile(source, place).expand({ parameters: { id: '5' }, ...values })

t.test('text fills to itself and a path parameter to its number', (t) => {
  t.strictSame(fill('branches', {}), ['branches'])
  t.strictSame(fill('user:{id}:projects', {}, KEY), ['user:5:projects'])
  t.equal(fill('user:{id}:projects', { parameters: {} }, KEY), undefined)
  t.equal(compile('user:{id}', TAG).source, 'user:{id}')
  t.end()
})

t.test('a value of the answer is found by its path', (t) => {
  const answer = { id: 7, name: 'x', branch: { id: 3 } }
  t.strictSame(fill('user:{answer.id}:profile', { answer }), ['user:7:profile'])
  t.strictSame(fill('branch:{answer.branch.id}', { answer }), ['branch:3'])
  t.strictSame(fill('name:{answer.name}', { answer }), ['name:x'])
  t.strictSame(fill('user:{id}:{answer.id}', { answer }), ['user:5:7'])
  t.end()
})

t.test('a star stands for every element, each value once', (t) => {
  const projects = [{ id: 1 }, { id: 2 }, { id: 1 }]
  t.strictSame(fill('project:{answer.*.id}', { answer: projects }), ['project:1', 'project:2'])
  t.strictSame(fill('project:{answer.list.*.id}:x', { answer: { list: projects } }), [
    'project:1:x',
    'project:2:x'
  ])
  t.strictSame(fill('project:{answer.*}', { answer: [4, '5'] }), ['project:4', 'project:5'])
  t.strictSame(
    fill('user:{answer.*.to.*.id}', { answer: [{ to: [{ id: 1 }] }, { to: [{ id: 2 }, { id: 3 }] }] }),
    ['user:1', 'user:2', 'user:3']
  )
  t.end()
})

t.test('no element makes no tag', (t) => {
  t.strictSame(fill('project:{answer.*.id}', { answer: [] }), [])
  t.end()
})

t.test('a missing or null value cannot be filled', (t) => {
  t.equal(fill('user:{answer.id}', { answer: {} }), undefined)
  t.equal(fill('user:{answer.id}', { answer: { id: null } }), undefined)
  t.equal(fill('user:{answer.a.id}', { answer: { a: null } }), undefined)
  t.equal(fill('project:{answer.*.id}', { answer: [{ id: 1 }, {}] }), undefined)
  t.equal(fill('user:{answer.constructor}', { answer: {} }), undefined)
  t.equal(fill('user:{answer.id}', { answer: null }), undefined)
  t.end()
})

t.test('an optional value that is absent or null makes no tag', (t) => {
  t.strictSame(fill('branch:{answer.branch.id?}', { answer: {} }), [])
  t.strictSame(fill('branch:{answer.branch.id?}', { answer: { branch: null } }), [])
  t.strictSame(fill('branch:{answer.branch.id?}', { answer: { branch: { id: null } } }), [])
  t.strictSame(fill('branch:{answer.branch.id?}', { answer: { branch: { id: 3 } } }), ['branch:3'])
  t.strictSame(fill('user:{answer.*.to.*.id?}', { answer: [{ to: null }, { to: [{ id: 2 }, null] }] }), [
    'user:2'
  ])
  t.end()
})

t.test('another shape than the path tells cannot be filled, optional or not', (t) => {
  t.equal(fill('branch:{answer.branch.id?}', { answer: { branch: 3 } }), undefined)
  t.equal(fill('branch:{answer.branch.id?}', { answer: { branch: [{ id: 3 }] } }), undefined)
  t.equal(fill('branch:{answer.branch?}', { answer: { branch: {} } }), undefined)
  t.equal(fill('project:{answer.*.id?}', { answer: { detail: 'x' } }), undefined)
  t.equal(fill('project:{answer.list.*.id?}', { answer: { list: 'abc' } }), undefined)
  t.equal(fill('project:{answer.id}', { answer: [{ id: 1 }] }), undefined)
  t.end()
})

t.test('a body that is not known cannot be filled from, optional or not', (t) => {
  t.equal(fill('user:{answer.id?}', {}), undefined)
  t.equal(fill('people{any answer.list.*}', {}), undefined)
  t.equal(fill('user:{request.user?}', {}, WRITE), undefined)
  t.strictSame(fill('user:{request.user?}', { request: null }, WRITE), [])
  t.end()
})

t.test('only strings and whole numbers are values', (t) => {
  for (const id of [true, false, 1.5, 2 ** 53, Number.NaN, {}, [], '']) {
    t.equal(fill('user:{answer.id}', { answer: { id } }), undefined, JSON.stringify(id))
  }
  t.strictSame(fill('user:{answer.id}', { answer: { id: 0 } }), ['user:0'])
  t.end()
})

t.test('a value of a request is a canonical number, since the origin takes other spellings of it', (t) => {
  for (const user of ['05', ' 5', '5 ', '+5', '5.0', '٥', '1_0', 'x', -5, '']) {
    t.equal(fill('user:{request.user}', { request: { user } }, WRITE), undefined, JSON.stringify(user))
  }
  t.strictSame(fill('user:{request.user}', { request: { user: 5 } }, WRITE), ['user:5'])
  t.strictSame(fill('user:{request.user}', { request: { user: '5' } }, WRITE), ['user:5'])
  t.end()
})

t.test('what would be no valid tag cannot be filled', (t) => {
  for (const name of ['a b', 'a\tb', 'a\u0000', 'a\u00a0b', '\ud800', 'x'.repeat(508)]) {
    t.equal(fill('name:{answer.name}', { answer: { name } }), undefined, JSON.stringify(name))
  }
  t.equal(fill('{answer.name}', { answer: { name: '@log' } }), undefined)
  t.strictSame(fill('name:{answer.name}', { answer: { name: 'x'.repeat(507) } }), [`name:${'x'.repeat(507)}`])
  t.end()
})

t.test('a presence fills to nothing once, and to no tag without a value', (t) => {
  const source = 'caretakers{any answer.caretakers.*}'
  t.strictSame(fill(source, { answer: { caretakers: [{ id: 1 }, { id: 2 }] } }), ['caretakers'])
  t.strictSame(fill(source, { answer: { caretakers: [] } }), [])
  t.strictSame(fill(source, { answer: { caretakers: [null] } }), [])
  t.strictSame(fill(source, { answer: {} }), [])
  t.equal(fill(source, { answer: { caretakers: 'somebody' } }), undefined)
  t.end()
})

t.test('an unknown user number fills the tag of an entry with the constant', (t) => {
  t.strictSame(fill('user:{user}:projects', { user: '7' }), ['user:7:projects'])
  t.strictSame(fill('user:{user}:projects', {}), [UNKNOWN_USER_TAG])
  t.equal(UNKNOWN_USER_TAG, 'user:~')
  t.end()
})

t.test('an unknown user number cannot fill what a write invalidates', (t) => {
  t.strictSame(fill('user:{user}', { user: '7' }, WRITE), ['user:7'])
  t.equal(fill('user:{user}', {}, WRITE), undefined)
  t.end()
})

t.test('a write of a caller without identity has no caller to invalidate', (t) => {
  t.strictSame(fill('~{identity}', { identity: 'd1gest' }, WRITE), ['~d1gest'])
  t.strictSame(fill('~{identity}', {}, WRITE), [])
  t.end()
})

t.test('more than 2,000 tags cannot be filled, by one template or by all together', (t) => {
  const list = (from: number, length: number) => Array.from({ length }, (_, at) => ({ id: from + at }))
  t.equal(fill('p:{answer.*.id}', { answer: list(1, 2000) })?.length, 2000)
  t.equal(fill('p:{answer.*.id}', { answer: list(1, 2001) }), undefined)
  const templates = [compile('p:{answer.a.*.id}', TAG), compile('q:{answer.b.*.id}', TAG)]
  const filled = (a: number, b: number) =>
    expandAll(templates, { parameters: {}, answer: { a: list(1, a), b: list(1, b) } })
  t.equal(filled(1000, 1000)?.length, 2000)
  t.equal(filled(1000, 1001), undefined)
  t.end()
})

t.test('all templates together fill each tag once, or not at all', (t) => {
  const templates = [compile('user:{id}', TAG), compile('user:{answer.id?}', TAG)]
  t.strictSame(expandAll(templates, { parameters: { id: '5' }, answer: { id: 5 } }), ['user:5'])
  t.strictSame(expandAll(templates, { parameters: { id: '5' }, answer: { id: 6 } }), ['user:5', 'user:6'])
  t.equal(expandAll(templates, { parameters: {}, answer: { id: 6 } }), undefined)
  t.end()
})
