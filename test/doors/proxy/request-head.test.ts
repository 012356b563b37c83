import t from 'tap'
import { createFieldFilter, targetOf } from '../../../src/doors/proxy/request-head.js'

const none = (): boolean => false

t.test('a path stays as it is, with its headers', async (t) => {
  const headers = ['Host', 'a', 'X', '1']
  for (const url of ['/', '/a?b#c', '//a/b', '/%zz', '/http://b/c']) {
    t.same(targetOf(url, headers, none), { target: url, headers })
  }
})

t.test('an address becomes a path, and its authority the only Host', async (t) => {
  t.same(targetOf('http://b:1/c?d=e#f', ['X', '1', 'HOST', 'a'], none), {
    target: '/c?d=e',
    headers: ['Host', 'b:1', 'X', '1']
  })
  t.same(targetOf('https://b', [], none), { target: '/', headers: ['Host', 'b'] })
})

t.test('anything else is refused by name', async (t) => {
  for (const url of ['*', '', 'a/b', 'http:///a', 'file:///a', 'b:80']) {
    t.throws(() => targetOf(url, [], none), { status: 400, errors: [{ field: 'target' }] }, url)
  }
  t.throws(() => targetOf('/', ['Host', 'a', 'host', 'a'], none), {
    status: 400,
    errors: [{ field: 'host' }]
  })
})

t.test('fields that a caller could forge are left out, in any spelling', async (t) => {
  const isDropped = createFieldFilter(['x-forwarded-host'])
  const kept = ['Host', 'a', 'X-Forwarded-Proto', 'https', 'x-forwarded-HOST', 'b', 'Remote-User', 'c']
  const forged = [
    'SCRIPT_NAME',
    '/x',
    'Script-Name',
    '/x',
    'X-FORWARDED-SSL',
    'on',
    'X_Forwarded_Proto',
    'https'
  ]
  t.same(targetOf('/', [...forged, ...kept], isDropped).headers, kept)
  t.same(targetOf('/', kept, isDropped).headers, kept)
})
