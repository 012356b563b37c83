import t from 'tap'
import { randomBytes } from 'node:crypto'
import { get, http, type HttpAnswer } from '../support/http.js'
import { startSidecar } from '../support/sidecar-process.js'
import { COLLEAGUE, nobody, signIn, signOnHeaders, SUBJECT } from './callers.js'
import { startBackend } from './start-backend.js'
import { startDatabase } from './start-database.js'

const database = await startDatabase()
const starts = await Promise.all([
  startBackend({ database }),
  // One worker: each counts for itself.
  startBackend({ database, workers: 1, rates: { anonymous: '3/hour', user: '1000/hour' } })
])
const [backend, throttled] = starts
t.teardown(async () => {
  await Promise.all(starts.map((each) => each.stop()))
  await database.stop()
})

const inFront = async (ORIGIN_URL: string): Promise<string> => {
  const sidecar = await startSidecar({ CACHE_STORE: 'memory', ORIGIN_URL, LOG_LEVEL: 'error' })
  t.teardown(() => sidecar.stop())
  return `${sidecar.proxy}/api/v1`
}
const api = await inFront(backend.url)

const statusOf = ({ headers }: HttpAnswer): string => String(headers['cache-status'])

t.test('a throttle counts by the address that the ingress says, and not what is a hit', async (t) => {
  const limited = await inFront(throttled.url)
  const from = (address: string, path: string) =>
    get(`${limited}/${path}`, { headers: { ...nobody.headers, 'x-forwarded-for': address } })

  for (const outcome of [/stored$/, /^spms; hit/, /^spms; hit/, /^spms; hit/, /^spms; hit/])
    t.match(statusOf(await from('198.51.100.1', 'users/staffprofiles')), outcome)
  const searches = []
  for (let at = 0; at < 3; at++) searches.push(await from('198.51.100.1', 'users/staffprofiles?search=a'))
  t.strictSame(
    searches.map(({ status }) => status),
    [200, 200, 429],
    'the first miss and two searches are three requests'
  )
  t.ok(Number(searches[2]?.headers['retry-after']) > 0, 'when to come back is passed on')
  const refused = await from('198.51.100.1', 'users/staffprofiles/15')
  t.strictSame([refused.status, statusOf(refused)], [429, 'spms; fwd=uri-miss; detail=status'])
  t.equal((await from('198.51.100.1', 'users/staffprofiles')).status, 200, 'what is stored is still served')
  const elsewhere = await from('198.51.100.2', 'users/staffprofiles/15')
  t.strictSame([elsewhere.status, statusOf(elsewhere)], [200, 'spms; fwd=uri-miss; stored'])
})

t.test('Django refuses a forged request through the sidecar as it does without', async (t) => {
  const { headers } = await signIn(backend.url, 'subject', SUBJECT)
  const { 'x-csrftoken': token = '', ...without } = headers
  const https = { 'x-forwarded-proto': 'https' }
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, number])[] = [
    ['no token', {}, 403],
    ['another token', { 'x-csrftoken': 'a'.repeat(64) }, 403],
    ['another site', { 'x-csrftoken': token, origin: 'https://evil.example' }, 403],
    ['its own site', { 'x-csrftoken': token, origin: 'http://spms.sample.test' }, 202],
    ['https without a Referer', { 'x-csrftoken': token, ...https }, 403],
    ['https from another site', { 'x-csrftoken': token, ...https, referer: 'https://evil.example/' }, 403],
    ['https from its own site', { 'x-csrftoken': token, ...https, referer: 'https://spms.sample.test/' }, 202]
  ]
  for (const [title, fields, status] of cases) {
    const body = JSON.stringify({ phone: title })
    const write = {
      method: 'PUT',
      headers: { ...without, 'content-type': 'application/json', ...fields },
      body
    }
    for (const base of [`${backend.url}/api/v1`, api]) {
      const answer = await http(`${base}/users/${SUBJECT}/pi`, write)
      t.equal(answer.status, status, title)
      if (status === 403) t.match(answer.text(), 'CSRF Failed', title)
    }
    const own = await get(`${api}/users/me`, { headers })
    t.equal(own.text().includes(`"phone":"${title}"`), status === 202, `${title}: what is served afterwards`)
  }
})

t.test('a picture arrives byte for byte, and is shown at once', async (t) => {
  const { headers } = await signIn(backend.url, 'subject', SUBJECT)
  const read = () => get(`${api}/users/me`, { headers })
  const before = await read()
  t.match(statusOf(await read()), /^spms; hit/)

  const picture = randomBytes(2_000_000)
  const part = (about: string, type = ''): string =>
    `--edge\r\nContent-Disposition: form-data; ${about}\r\n${type}\r\n`
  const body = Buffer.concat([
    Buffer.from(`${part('name="about"')}With a picture\r\n`),
    Buffer.from(part('name="image"; filename="me.png"', 'Content-Type: image/png\r\n')),
    picture,
    Buffer.from('\r\n--edge--\r\n')
  ])
  const type = { ...headers, 'content-type': 'multipart/form-data; boundary=edge' }
  const write = await http(`${api}/users/${SUBJECT}/profile`, { method: 'PUT', headers: type, body })
  t.strictSame([write.status, statusOf(write)], [202, 'spms; fwd=method'])

  const after = (await read()).text()
  t.not(after, before.text())
  const [, path = ''] = /"(\/files\/user_avatars\/me[^"]*)"/.exec(after) ?? []
  const file = await get(`${api.replace('/api/v1', '')}${path}`, { headers })
  t.equal(file.status, 200, path)
  t.ok(file.body.equals(picture), `${file.body.length} bytes`)
})

t.test('the headers of single sign-on go before the session, from the cache too', async (t) => {
  const session = (await signIn(backend.url, 'subject', SUBJECT)).headers
  const signOn = signOnHeaders(COLLEAGUE)
  const { 'x-email': email = '', ...withoutEmail } = signOn
  t.ok(email)
  const callers: readonly (readonly [string, Readonly<Record<string, string>>, number])[] = [
    ['the session', session, SUBJECT],
    ['both', { ...session, ...signOn }, COLLEAGUE],
    ['the session and three headers', { ...session, ...withoutEmail }, SUBJECT]
  ]
  for (const outcome of [/stored$/, /^spms; hit/]) {
    for (const [title, headers, user] of callers) {
      const answer = await get(`${api}/users/me`, { headers })
      t.match(answer.json(), { id: user }, title)
      t.match(statusOf(answer), outcome, title)
    }
  }
  const first = await get(`${api}/users/me`, { headers: signOn })
  t.match([first.json(), statusOf(first)], [{ id: COLLEAGUE }, 'spms; fwd=uri-miss; detail=set-cookie'])
})
