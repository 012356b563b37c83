import t from 'tap'
import { openBareProxy } from './open-proxy.js'

const echo = (t: Parameters<typeof openBareProxy>[0]) =>
  openBareProxy(t, (request, response) => {
    let body = ''
    request.setEncoding('latin1').on('data', (chunk: string) => (body += chunk))
    request.once('end', () => {
      response.setHeader('content-type', 'text/plain')
      response.end(
        `${request.method ?? ''} ${request.url ?? ''} host=${request.headers.host ?? ''} body=${body}`
      )
    })
  })

/** A request of one connection. */
const lines = (...text: string[]): string => [...text, 'Connection: close', '', ''].join('\r\n')

t.test('an absolute target is put into origin form, and its authority is the Host', async (t) => {
  const { exchange } = await echo(t)
  const send = (target: string) => exchange(lines(`GET ${target} HTTP/1.1`, 'Host: other'))
  t.match(await send('http://spms.example:81/a?b=c'), 'GET /a?b=c host=spms.example:81')
  t.match(await send('HTTPS://spms.example'), 'GET / host=spms.example')
  t.match(await send('http://spms.example?b=c'), 'GET /?b=c host=spms.example')
})

t.test('a target that is neither a path nor an address is refused, and so are two Hosts', async (t) => {
  const { exchange, told } = await echo(t)
  t.match(await exchange(lines('OPTIONS * HTTP/1.1', 'Host: a')), /^HTTP\/1\.1 400 [^]*"field":"target"/)
  t.match(await exchange(lines('GET ftp://a/b HTTP/1.1', 'Host: a')), /^HTTP\/1\.1 400 /)
  t.match(await exchange(lines('GET / HTTP/1.1', 'Host: a', 'HOST: b')), /^HTTP\/1\.1 400 [^]*"field":"host"/)
  t.match(await exchange(lines('GET / HTTP/1.1')), /^HTTP\/1\.1 400 /, 'nor none')
  t.same(told.originAsked, [])
})

t.test('what is no HTTP is a problem, and the door stays open', async (t) => {
  const { exchange } = await echo(t)
  for (const text of [
    'NONSENSE / HTTP/1.1\r\n\r\n',
    'GET\r\n\r\n',
    `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`
  ]) {
    t.match(await exchange(text), /^HTTP\/1\.1 4\d\d [^]*application\/problem\+json/)
  }
  t.match(await exchange(lines('GET / HTTP/1.1', 'Host: a')), /^HTTP\/1\.1 200 /)
})

t.test('a chunked request and one that waits to be told to continue are passed on', async (t) => {
  const { exchange } = await echo(t)
  const chunked =
    'POST /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n4\r\n two\r\n0\r\n\r\n'
  t.match(await exchange(chunked), 'body=one two')
  const expecting =
    'PUT /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\none'
  t.match(await exchange(expecting), /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK[^]*body=one/)
})

t.test('HTTP/1.0 gets its answer without chunks, and its connection closed', async (t) => {
  const { exchange } = await echo(t)
  const answer = await exchange('GET /a HTTP/1.0\r\n\r\n')
  t.match(answer, /^HTTP\/1\.1 200 OK/)
  t.match(answer, /body=$/)
  t.notMatch(answer, /chunked/)
})

t.test('two requests of one connection are answered in order', async (t) => {
  const { exchange } = await echo(t)
  const answers = await exchange(
    'GET /one HTTP/1.1\r\nHost: a\r\n\r\n' + lines('GET /two HTTP/1.1', 'Host: a')
  )
  t.match(answers, /\/one [^]*\/two /)
})

t.test(
  'an upgrade to HTTP/2 is not taken, which is allowed; one to a WebSocket is refused, and so is a tunnel',
  async (t) => {
    const { exchange, told } = await echo(t)
    const upgrade = (to: string) =>
      exchange(lines('GET /a HTTP/1.1', 'Host: a', 'Connection: upgrade', `Upgrade: ${to}`))
    t.match(await upgrade('h2c'), /^HTTP\/1\.1 200 OK/)
    t.equal(told.originAsked.length, 1)
    t.match(await upgrade('WebSocket'), /^HTTP\/1\.1 501 [^]*"field":"upgrade"/)
    t.match(
      await exchange('CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n'),
      /^HTTP\/1\.1 501 [^]*problem\+json/
    )
    t.equal(told.originAsked.length, 1)
  }
)

t.test('more than 1,000 header fields are refused, and nearly as many are passed on', async (t) => {
  const { exchange, told } = await openBareProxy(t, ({ rawHeaders }, response) => {
    response.end(`fields=${rawHeaders.length / 2}`)
  })
  const send = (count: number) =>
    exchange(lines('POST /a HTTP/1.1', 'Host: a', ...Array.from({ length: count }, (_, n) => `X-${n}: 1`)))
  t.match(await send(990), /fields=99\d/)
  t.equal(told.originAsked.length, 1)
  t.match(await send(999), /^HTTP\/1\.1 431 [^]*"field":"headers"/)
  t.equal(told.originAsked.length, 1)
})

t.test('a transfer coding other than chunked is refused, and not passed on without its name', async (t) => {
  const { exchange, told } = await echo(t)
  const coded =
    'POST /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'
  t.match(await exchange(coded), /^HTTP\/1\.1 501 [^]*"field":"transfer-encoding"/)
  t.same(told.originAsked, [])
})

t.test('HTTP/1.0 gets no interim answers', async (t) => {
  const { exchange } = await openBareProxy(t, (_, response) => {
    response.writeProcessing()
    response.writeEarlyHints({ link: '</a.css>; rel=preload; as=style' })
    response.end('ok')
  })
  t.match(await exchange('GET /a HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 OK/)
})

t.test('early hints and trailers are passed on', async (t) => {
  const { exchange } = await openBareProxy(t, (_, response) => {
    response.writeEarlyHints({ link: '</a.css>; rel=preload; as=style' })
    response.writeHead(200, { trailer: 'x-sum' })
    response.write('ok')
    response.addTrailers({ 'x-sum': '42' })
    response.end()
  })
  const answer = await exchange(lines('GET / HTTP/1.1', 'Host: a'))
  t.match(
    answer,
    /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>; rel=preload; as=style\r\n\r\nHTTP\/1\.1 200 OK/i
  )
  t.match(answer, /\r\n0\r\nx-sum: 42\r\n\r\n$/)
})

t.test('what Node would refuse to send costs nobody the answer', async (t) => {
  const { exchange } = await openBareProxy(t, ({ url, socket }) => {
    const hints = url === '/hints' ? 'HTTP/1.1 103 Early Hints\r\nLink: </a>; title="a b"; rel=x\r\n\r\n' : ''
    const phrase = url === '/phrase' ? 'Caf\u00e9 \u00a7' : 'OK'
    socket.end(`${hints}HTTP/1.1 200 ${phrase}\r\nX-Name: caf\u00e9\r\nContent-Length: 2\r\n\r\nok`, 'latin1')
  })
  for (const path of ['/', '/hints', '/phrase']) {
    const answer = await exchange(lines(`GET ${path} HTTP/1.1`, 'Host: a'))
    t.match(answer, /^HTTP\/1\.1 200 [^]*X-Name: caf\u00e9\r\n[^]*ok$/, path)
  }
})

t.test('headers and cookies that come twice come twice, in order', async (t) => {
  const { exchange } = await openBareProxy(t, ({ rawHeaders }, response) => {
    const twice = rawHeaders.flatMap((name, at) => (name.startsWith('X-Twice') ? [rawHeaders[at + 1]] : []))
    response.writeHead(200, ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-Seen', twice.join('|')]).end()
  })
  const answer = await exchange(lines('GET / HTTP/1.1', 'Host: a', 'X-Twice: 1', 'X-Twice: 2'))
  t.match(answer, /Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Seen: 1\|2\r\n/)
})
