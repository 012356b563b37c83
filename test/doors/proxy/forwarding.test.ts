import t from 'tap'
import { openBareProxy, openSampleProxy, statusOf } from './open-proxy.js'

t.test('cookies are set one by one, and CSRF works as without the sidecar', async (t) => {
  const { call, get } = await openSampleProxy(t)
  const login = await call('POST', '/api/v1/users/log-in', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'user5', password: 'sample' })
  })
  const cookies = [login.headers['set-cookie']].flat().map((line) => line?.split(';', 1)[0] ?? '')
  t.match(cookies, [/^spmscsrf=/, /^sessionid=/])
  const headers = { cookie: cookies.join('; '), 'content-type': 'application/json' }
  t.match((await get('/api/v1/users/me', headers)).json(), { id: 5 })
  const body = JSON.stringify({ old_password: 'sample', new_password: 'other' })
  const refused = await call('PUT', '/api/v1/users/change-password', { headers, body })
  t.equal(refused.status, 403, 'without the token')
  const token = cookies[0]?.split('=')[1] ?? ''
  const changed = await call('PUT', '/api/v1/users/change-password', {
    headers: { ...headers, 'x-csrftoken': token },
    body
  })
  t.equal(changed.status, 200)
  t.equal((await get('/api/v1/users/me', headers)).status, 403, 'the session ended with the password')
})

t.test('redirects and errors pass as they are', async (t) => {
  const { call, get, origin } = await openSampleProxy(t)
  const admin = origin.signIn(1)
  const redirect = await call('POST', '/admin/agencies/branch/1/change/', {
    headers: { ...admin, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'name=x'
  })
  t.equal(redirect.status, 302)
  t.type(redirect.headers['location'], 'string')
  t.equal((await get('/nowhere')).text(), '<h1>Not Found</h1>')
  const denied = await get('/api/v1/users/me')
  t.same([denied.status, denied.json()], [403, { detail: 'Authentication credentials were not provided.' }])
  for (const status of [400, 418, 429, 500, 503]) {
    const answer = await get('/health/', { 'x-sample-status': `${status}` })
    const cached = await get('/api/v1/users/staffprofiles/3001', { 'x-sample-status': `${status}` })
    t.equal(cached.status, status, 'also for a row')
    t.equal(answer.status, 200, 'health takes no wishes')
  }
})

t.test('the caller’s Host, and what a proxy in front says of him, reach the origin', async (t) => {
  const { get } = await openBareProxy(
    t,
    ({ rawHeaders }, response) => response.end(JSON.stringify(rawHeaders)),
    { trustedFields: ['x-forwarded-host'] }
  )
  const said = {
    Host: 'spms.example:443',
    'X-Forwarded-For': '10.0.0.1, 10.0.0.2',
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Host': 'spms.example',
    'X-Request-ID': 'r1',
    traceparent: '00-a-b-01',
    Authorization: 'Bearer x',
    'X-CSRFToken': 'y',
    'If-None-Match': '"v"',
    'Accept-Encoding': 'gzip, br',
    Range: 'bytes=0-1'
  }
  const seen = (await get('/api/v1/projects/list', said)).json() as string[]
  const pairs = new Map(
    seen.flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), seen[at + 1]]] : []))
  )
  for (const [name, value] of Object.entries(said)) t.equal(pairs.get(name.toLowerCase()), value, name)
  t.equal(pairs.get('connection'), 'keep-alive', 'its own connection')
  t.equal(pairs.size, Object.keys(said).length + 2, 'and nothing but Via is added')
})

t.test('a wrong Host is refused by the origin, also where an entry is stored', async (t) => {
  const { get } = await openBareProxy(t, ({ headers }, response) => {
    if (headers.host === 'wrong') response.writeHead(400).end('<h1>Bad Request (400)</h1>')
    else response.writeHead(200, { 'content-type': 'application/json' }).end('[]')
  })
  await get('/api/v1/users/5/projects', { host: 'right' })
  t.equal(statusOf(await get('/api/v1/users/5/projects', { host: 'right' })), 'spms; hit; ttl=300')
  const wrong = await get('/api/v1/users/5/projects', { host: 'wrong' })
  t.same([wrong.status, wrong.text()], [400, '<h1>Bad Request (400)</h1>'])
})

t.test('what another server would refuse goes to the origin', async (t) => {
  const { call, exchange } = await openBareProxy(t, (request, response) => {
    request.resume()
    const { method = '', url = '', headers } = request
    request.once('end', () => response.end(`${method} ${url} ${headers['content-type'] ?? ''}`))
  })
  for (const target of [
    '/%zz',
    '/a//b/../c',
    '/%2e%2e/%00',
    '/a?b=%',
    '/?',
    '/a;b=c',
    `/${'x'.repeat(8000)}`
  ]) {
    const answer = await exchange(`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    t.ok(answer.endsWith(`\r\n\r\nGET ${target} `), target)
  }
  for (const method of ['PROPFIND', 'REPORT', 'PURGE', 'LOCK', 'OPTIONS', 'TRACE']) {
    t.equal((await call(method, '/a')).text(), `${method} /a `)
  }
  for (const type of ['json', 'text/;', 'application/json; charset=utf-9', ';', 'multipart/form-data']) {
    const answer = await call('POST', '/a', { headers: { 'content-type': type }, body: '{"a":' })
    t.equal(answer.text(), `POST /a ${type}`)
  }
})

t.test('a request body goes through byte for byte, whatever the method', async (t) => {
  const { call } = await openBareProxy(t, (request, response) => void request.pipe(response))
  const body = Buffer.from(Array.from({ length: 70_000 }, (_, n) => n % 256))
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'GET']) {
    t.ok((await call(method, '/api/v1/projects/project_members', { body })).body.equals(body), method)
  }
})

t.test('a GET with a body is never answered from the cache', async (t) => {
  const { get, call, origin } = await openSampleProxy(t)
  const path = '/api/v1/users/staffprofiles/3001'
  await get(path)
  t.equal(statusOf(await call('GET', path, { body: '{}' })), 'spms; fwd=bypass; detail=no-resource')
  t.equal(origin.requests(path), 2)
})

t.test('an answer in a coding is passed on in it', async (t) => {
  const { get } = await openBareProxy(t, ({ headers }, response) => {
    response
      .writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/css' })
      .end(headers['accept-encoding'])
  })
  const answer = await get('/static/a.css', { 'accept-encoding': 'gzip' })
  t.match(answer.headers, { 'content-encoding': 'gzip' })
  t.equal(answer.text(), 'gzip')
})

t.test('a write through the proxy is seen by the next read', async (t) => {
  const { call, get, origin } = await openSampleProxy(t)
  const headers = { ...origin.signIn(1), 'content-type': 'application/json' }
  await get('/api/v1/agencies/branches', headers)
  t.match(statusOf(await get('/api/v1/agencies/branches', headers)), /hit/)
  await call('PUT', '/api/v1/agencies/branches/1', { headers, body: JSON.stringify({ name: 'Renamed' }) })
  const branches = await get('/api/v1/agencies/branches', headers)
  t.equal(statusOf(branches), 'spms; fwd=uri-miss; stored')
  t.match(branches.text(), 'Renamed')
})
