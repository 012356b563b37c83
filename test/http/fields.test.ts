import t from 'tap'
import { withoutHopByHop } from '../../src/http/fields.js'

t.test('the fields of one connection stay behind, in any case', async (t) => {
  const hopByHop = [
    ...['Connection', 'close', 'KEEP-ALIVE', 'timeout=5', 'Proxy-Connection', 'x', 'te', 'trailers'],
    ...['Trailer', 'X', 'Transfer-Encoding', 'chunked', 'Upgrade', 'h2c', 'Proxy-Authorization', 'x'],
    ...['Proxy-Authenticate', 'x']
  ]
  t.same(withoutHopByHop([...hopByHop, 'Host', 'a', ...hopByHop]), ['Host', 'a'])
})

t.test('everything else keeps its order, its spelling and its repetitions', async (t) => {
  const headers = [
    'Set-Cookie',
    'a=1',
    'X-a',
    '',
    'set-cookie',
    'b=2',
    'X-A',
    'caf\u00e9',
    'Keep-Alive-Not',
    '1'
  ]
  t.same(withoutHopByHop(headers), headers)
})

t.test('fields that Connection names stay behind too', async (t) => {
  const headers = [
    'Connection',
    'close, X-One',
    'x-one',
    '1',
    'connection',
    ' X-Two ,',
    'X-TWO',
    '2',
    'X-Three',
    '3'
  ]
  t.same(withoutHopByHop(headers), ['X-Three', '3'])
})

t.test('Connection cannot take away what a message needs', async (t) => {
  const needed = ['Host', 'a', 'Content-Length', '1', 'Content-Type', 'b', 'Cookie', 'c', 'Set-Cookie', 'd']
  const named = ['Connection', 'host, content-length, content-type, cookie, set-cookie']
  t.same(withoutHopByHop([...named, ...needed]), needed)
})

t.test('Connection cannot take away what is to be kept, however it is spelled', async (t) => {
  const keep = new Set(['remote-user', 'origin'])
  const headers = ['Remote-User', 'a', 'Remote_User', 'b', 'ORIGIN', 'c']
  const named = ['Connection', 'remote-user, Remote_User, origin, x-other', 'X-Other', 'd']
  t.same(withoutHopByHop([...named, ...headers], { keep }), headers)
})

t.test('what the caller of this function names stays behind', async (t) => {
  t.same(withoutHopByHop(['Expect', '100-continue', 'A', 'b'], { without: new Set(['expect']) }), ['A', 'b'])
})
