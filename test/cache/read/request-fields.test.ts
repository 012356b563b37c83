import { valueOf, valuesOf } from '../../../src/http/fields.js'
import t from 'tap'
import { createFieldReader } from '../../../src/cache/read/request-fields.js'

const SOURCES = {
  headers: ['remote-user', 'x-email'],
  cookies: ['sessionid', 'token'],
  tagGroups: [],
  proofMs: 60_000
}
const readFields = createFieldReader(SOURCES)

const identityOf = (...headers: string[]): string | undefined => readFields(headers).identity

t.test('nobody has no identity', async (t) => {
  t.equal(identityOf(), undefined)
  t.equal(identityOf('Cookie', 'spmscsrf=a; _ga=b', 'X-First-Name', 'Bo', 'Host', 'a'), undefined)
  t.equal(identityOf('Cookie', 'sessionid'), undefined, 'a cookie without a value is none')
  t.equal(identityOf('Cookie', 'mysessionid=a; sessionid2=b; SessionId=c'), undefined, 'names are whole')
})

t.test('other cookies, other headers and the order of names make no difference', async (t) => {
  const identity = identityOf('Cookie', 'sessionid=a', 'Remote-User', 'bo')
  t.type(identity, 'string')
  t.equal(identityOf('remote-user', 'bo', 'Accept', '*/*', 'COOKIE', 'x=1; sessionid=a; y=2'), identity)
  t.equal(identityOf('X-CSRFToken', 'z', 'REMOTE-USER', 'bo', 'cookie', 'sessionid=a'), identity)
  t.equal(identityOf('Cookie', 'token=t; sessionid=s'), identityOf('Cookie', 'sessionid=s; token=t'))
})

t.test('requests that an origin may tell apart have different identities', async (t) => {
  const requests = [
    ['Cookie', 'sessionid=a'],
    ['Cookie', 'sessionid=b'],
    ['Cookie', 'sessionid='],
    ['Cookie', 'sessionid= a'],
    ['Cookie', 'sessionid="a"'],
    ['Cookie', 'token=a'],
    ['Cookie', '"sessionid"=a'],
    ['Cookie', 'sessionid[]=a'],
    ['Cookie', '\u00ef\u00bb\u00bfsessionid=a'],
    ['Cookie', '\u00a0sessionid=a'],
    ['Cookie', 'sessionid=a; sessionid=b'],
    ['Cookie', 'sessionid=b; sessionid=a'],
    ['Cookie', 'sessionid=a; token=b'],
    ['Cookie', 'sessionid=a', 'Cookie', 'sessionid=b'],
    ['Cookie', 'sessionid=a', 'Cookie', 'x=1'],
    ['Cookie', 'x=1', 'Cookie', 'sessionid=a'],
    ['Remote-User', 'a'],
    ['Remote_User', 'a'],
    ['X-Email', 'a'],
    ['Remote-User', 'a', 'X-Email', ''],
    ['Remote-User', 'a', 'X-Email', 'b'],
    ['Remote-User', 'b', 'X-Email', 'a'],
    ['Remote-User', 'a', 'Remote-User', 'b'],
    ['Remote-User', 'b', 'Remote-User', 'a'],
    ['Remote-User', 'a', 'Remote_User', 'b'],
    ['Remote-User', 'a,b'],
    ['Remote-User', 'a', 'Cookie', 'sessionid=a'],
    ['Remote-User', 'cookie sessionid', 'X-Email', 'a'],
    ['Remote-User', 'a6:x-email1:b']
  ]
  const identities = requests.map((request) => identityOf(...request))
  t.equal(new Set(identities).size, requests.length)
  t.notOk(identities.includes(undefined))
})

t.test('cookie names are found however they are spaced', async (t) => {
  const odd = [' sessionid=a', 'x=1;sessionid=a', 'x=1;  sessionid =a', 'x; \tsessionid=a', '; ;sessionid=a']
  for (const cookie of odd) t.type(identityOf('Cookie', cookie), 'string', cookie)
})

t.test('an identity tells nothing of what it was made from', async (t) => {
  t.match(identityOf('Cookie', 'sessionid=secret'), /^[\w-]{22}$/)
})

t.test('fields that come twice are all read', async (t) => {
  const fields = readFields([
    'If-None-Match',
    '"a"',
    'If-None-Match',
    '"b"',
    'Accept',
    'a/b',
    'accept',
    'c/d',
    'Accept-Encoding',
    'br',
    'accept-encoding',
    'gzip',
    'Origin',
    'x',
    'ORIGIN',
    'y'
  ])
  t.match(fields, { ifNoneMatch: '"a","b"', accept: 'a/b,c/d', acceptEncoding: 'br,gzip', origin: 'x\ny' })
})

t.test('a range, a body and the trace are noticed', async (t) => {
  t.match(readFields([]), { hasRange: false, hasBody: false, trace: { requestId: undefined } })
  t.equal(readFields(['Range', 'bytes=0-1']).hasRange, true)
  t.equal(readFields(['Content-Length', '1']).hasBody, true)
  t.equal(readFields(['Content-Length', '0']).hasBody, false)
  t.equal(readFields(['Transfer-Encoding', 'chunked']).hasBody, true)
  t.same(readFields(['X-Request-ID', 'r', 'traceparent', 't']).trace, {
    requestId: 'r',
    traceparent: 't'
  })
})

t.test('the values of one header come in order, the first alone too', async (t) => {
  const headers = ['A', '1', 'b', '2', 'a', '3', 'X_Y', '4', 'x-y', '5']
  t.same(valuesOf(headers, 'a'), ['1', '3'])
  t.same(valuesOf(headers, 'x-y'), ['4', '5'])
  t.equal(valueOf(headers, 'a'), '1')
  t.equal(valueOf(headers, 'x-y'), '5')
  t.equal(valueOf(headers, 'c'), undefined)
})
