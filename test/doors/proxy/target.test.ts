import t from 'tap'
import { targetOf } from '../../../src/doors/proxy/target.js'

t.test('a path stays as it is, with its headers', async (t) => {
  const headers = ['Host', 'a', 'X', '1']
  for (const url of ['/', '/a?b#c', '//a/b', '/%zz', '/http://b/c']) {
    t.same(targetOf(url, headers), { target: url, headers })
  }
})

t.test('an address becomes a path, and its authority the only Host', async (t) => {
  t.same(targetOf('http://b:1/c?d=e#f', ['X', '1', 'HOST', 'a']), {
    target: '/c?d=e',
    headers: ['Host', 'b:1', 'X', '1']
  })
  t.same(targetOf('https://b', []), { target: '/', headers: ['Host', 'b'] })
})

t.test('anything else is refused by name', async (t) => {
  for (const url of ['*', '', 'a/b', 'http:///a', 'file:///a', 'b:80']) {
    t.throws(() => targetOf(url, []), { status: 400, errors: [{ field: 'target' }] }, url)
  }
  t.throws(() => targetOf('/', ['Host', 'a', 'host', 'a']), { status: 400, errors: [{ field: 'host' }] })
})
