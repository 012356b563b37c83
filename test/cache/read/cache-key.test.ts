import t from 'tap'
import { expandKey, queryKey } from '../../../src/cache/read/cache-key.js'
import { loadResources } from '../../../src/resources/load.js'
import { compileTemplate, keyTemplateOf } from '../../../src/resources/template.js'

const compile = (source: string) => {
  const scope = source.includes('{identity}') ? 'identity' : 'public'
  const parameters = source.includes('{id}') ? ['id'] : []
  const compiled = compileTemplate(source, { use: 'key', parameters, scope })
  return compiled.outcome === 'compiled' ? keyTemplateOf(source, compiled.parts) : compiled.reason
}

const fill = (source: string, parameters: Record<string, string>, identity?: string): string => {
  const template = compile(source)
  if (typeof template === 'string') throw new Error(template)
  return expandKey(template, parameters, identity)
}

t.test('a key is filled from the path and the caller', async (t) => {
  t.equal(fill('agency:all:branches', {}), 'agency:all:branches')
  t.equal(fill('staff:{id}:cv', { id: '42' }), 'staff:42:cv')
  t.equal(fill('user:~{identity}:mine:{id}', { id: '7' }, 'd1gest'), 'user:~d1gest:mine:7')
})

t.test('what is missing is never filled with nothing', async (t) => {
  t.throws(() => fill('staff:{id}', {}), TypeError)
  t.throws(() => fill('user:~{identity}', {}), TypeError)
})

t.test('a key that would be no name, however it is filled, is refused', async (t) => {
  t.equal(compile('@value:x'), 'must not start with @')
  t.equal(compile(`${'x'.repeat(491)}{id}`), 'can get longer than 512 bytes')
  t.type(compile(`${'x'.repeat(490)}{id}`), 'object')
})

const list = loadResources(
  `
identity: {}
families: { staff: [/staff] }
resources:
  - { name: staff, path: /staff, key: staff, scope: public, families: [staff], query: { page: 1000, size: 100 } }
writes: []
`,
  { source: 'table.yaml', defaultTtlSeconds: 300, maxTtlSeconds: 86_400 }
).table.matchRead('/staff')?.resource

t.test('a page of a list has an entry of its own, up to the greatest that the row names', async (t) => {
  if (list === undefined) throw new Error('no row')
  const keyOf = (query: string): string => {
    const { bypass, suffix } = queryKey(query, list)
    return bypass ?? suffix
  }
  t.equal(keyOf('page=2&size=24'), keyOf('size=24&page=2'))
  t.equal(new Set(['', 'page=1', 'page=2', 'page=1000', 'size=2', 'page=2&size=2'].map(keyOf)).size, 6)
  const others = [
    '0',
    '-1',
    '01',
    '+1',
    '1.0',
    '1e2',
    '1001',
    '%31',
    '1%20',
    '',
    'a',
    '99999999999',
    '1&page=1'
  ]
  for (const value of others) t.equal(keyOf(`page=${value}`), 'query', value)
  for (const query of ['page', 'pa%67e=1', 'page=1&other=1', 'size=101'])
    t.equal(keyOf(query), 'query', query)
})
