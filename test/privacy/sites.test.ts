import t from 'tap'
import { openBareProxy, openSampleProxy, statusOf } from '../doors/proxy/open-proxy.js'

const PATH = '/api/v1/users/staffprofiles/3001/overview'
const [A, B] = ['https://a.example', 'https://b.example']

t.test('an answer filled for one site never goes to another, nor to none', async (t) => {
  let asked = 0
  const { get } = await openBareProxy(t, ({ headers }, response) => {
    asked++
    const site = headers.origin
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(site && { 'access-control-allow-origin': site })
    })
    response.end('{}')
  })
  const siteOf = async (origin?: string) => {
    const answer = await get(PATH, origin === undefined ? {} : { origin })
    return `${String(answer.headers['access-control-allow-origin'])} ${String(statusOf(answer))}`
  }
  for (const site of [A, undefined, B])
    t.equal(await siteOf(site), `${String(site)} spms; fwd=uri-miss; stored`)
  for (const site of [B, A, undefined]) t.equal(await siteOf(site), `${String(site)} spms; hit; ttl=3600`)
  t.equal(asked, 3)
})

t.test('readers of two sites do not wait for one request', async (t) => {
  const { origin, get } = await openSampleProxy(t)
  origin.latency = { minMs: 50, maxMs: 50 }
  const headers = (site: string) => ({ origin: site, 'x-sample-access-control-allow-origin': site })
  const answers = await Promise.all([A, B, A, B].map((site) => get(PATH, headers(site))))
  t.same(
    answers.map((answer) => answer.headers['access-control-allow-origin']),
    [A, B, A, B]
  )
  t.equal(origin.requests(PATH), 2)
})

t.test('Connection cannot make an answer for no site pass as one for a site', async (t) => {
  const { exchange, get } = await openBareProxy(t, ({ headers }, response) => {
    const site = headers.origin ?? 'none'
    response
      .writeHead(200, { 'content-type': 'application/json', 'access-control-allow-origin': site })
      .end('{}')
  })
  await exchange(`GET ${PATH} HTTP/1.1\r\nHost: a\r\nOrigin: ${A}\r\nConnection: close, origin\r\n\r\n`)
  t.equal((await get(PATH, { host: 'a', origin: A })).headers['access-control-allow-origin'], A)
})

t.test('an invalidation reaches the answers for every site', async (t) => {
  const { get, call, origin } = await openSampleProxy(t)
  const admin = origin.signIn(1)
  const headers = (site: string) => ({ ...admin, origin: site, 'x-sample-access-control-allow-origin': site })
  const branches = '/api/v1/agencies/branches'
  for (const site of [A, B, A, B]) await get(branches, headers(site))
  t.match(statusOf(await get(branches, headers(B))), /hit/)
  await call('DELETE', `${branches}/1`, { headers: admin })
  for (const site of [A, B]) t.match(statusOf(await get(branches, headers(site))), /fwd=uri-miss/)
})
