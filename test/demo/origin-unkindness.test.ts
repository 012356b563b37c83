import t from 'tap'
import { startOrigin } from './start-origin.js'

t.test('an answer says what Django says, and nothing of how long it may be kept', async (t) => {
  const { origin, call } = await startOrigin(t)
  const { headers } = await call('GET', '/api/v1/users/me', { headers: origin.signIn(5) })
  t.match(headers, {
    connection: 'close',
    'content-type': 'application/json',
    vary: 'Accept, Cookie, origin',
    allow: /GET/,
    'x-frame-options': 'DENY'
  })
  for (const name of ['etag', 'last-modified', 'cache-control', 'expires', 'keep-alive'])
    t.equal(headers[name], undefined, name)
})

t.test('each answer closes its connection, but where connections are to be kept', async (t) => {
  const connectionsOf = async (isKeptAlive: boolean): Promise<number> => {
    const { origin, call } = await startOrigin(t, { isKeptAlive })
    let opened = 0
    origin.app.server.on('connection', () => opened++)
    for (let time = 0; time < 5; time++) await call('GET', '/api/v1/users/staffprofiles/3004')
    return opened
  }
  t.equal(await connectionsOf(false), 5)
  t.ok((await connectionsOf(true)) < 5)
})

t.test('answers are as large as those of the real API', async (t) => {
  const { origin, call } = await startOrigin(t)
  const sizes: readonly (readonly [path: string, from: number, to: number])[] = [
    ['users/me', 1_000, 8_000],
    ['projects/mine', 5_000, 20_000],
    ['users/5/projects', 8_000, 32_000],
    ['agencies/branches', 600, 1_200],
    ['users/staffprofiles', 4_000, 12_000],
    ['projects/list', 100_000, 400_000]
  ]
  for (const [path, from, to] of sizes) {
    const { body } = await call('GET', `/api/v1/${path}`, { headers: origin.signIn(5) })
    t.ok(body.length >= from && body.length <= to, `${path}: ${body.length} bytes`)
  }
})

t.test('what goes wrong is a long page of HTML', async (t) => {
  const { origin, call } = await startOrigin(t)
  const json = { title: 'Nowhere', projectLead: 5, businessArea: 'nowhere' }
  const before = origin.database.projects.all().length
  const written = await call('POST', '/api/v1/projects/list', { headers: origin.signIn(5), json })
  t.equal(origin.database.projects.all().length, before, 'it has written nothing')
  origin.fail = { status: 500 }
  for (const answer of [written, await call('GET', '/api/v1/users/me')]) {
    t.equal(answer.status, 500)
    t.equal(answer.headers['content-type'], 'text/html; charset=utf-8')
    t.ok(answer.body.length > 100_000, `${answer.body.length} bytes`)
  }
})

t.test('an answer comes in chunks, without its length, when asked to', async (t) => {
  const { origin, call } = await startOrigin(t)
  const headers = origin.signIn(5)
  const whole = await call('GET', '/api/v1/projects/mine', { headers })
  const chunked = await call('GET', '/api/v1/projects/mine', {
    headers: { ...headers, 'x-sample-chunked': '1' }
  })
  t.equal(whole.headers['content-length'], String(whole.body.length))
  t.equal(chunked.headers['content-length'], undefined)
  t.equal(chunked.headers['transfer-encoding'], 'chunked')
  t.equal(chunked.text(), whole.text())
})
