import t from 'tap'
import { expandKey } from '../../../src/cache/read/cache-key.js'
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
