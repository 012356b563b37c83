import t from 'tap'
import { eventually } from '../../support/eventually.js'
import type { HttpAnswer } from '../../support/http.js'
import { openBareProxy, openProxy, statusOf } from './open-proxy.js'

const problemOf = ({ status, headers, ...answer }: HttpAnswer) => ({
  status,
  type: headers['content-type'],
  problem: answer.json()
})

const problem = (status: number, title: string) => ({
  status,
  type: 'application/problem+json',
  problem: { type: 'about:blank', title, status, detail: String }
})

const PATHS = ['/api/v1/projects/list', '/api/v1/users/staffprofiles/3001']

t.test('nobody there is 502, for reads and for writes', async (t) => {
  const { get, call } = await openProxy(t, 'http://127.0.0.1:1')
  for (const path of PATHS) t.match(problemOf(await get(path)), problem(502, 'Bad Gateway'), path)
  t.match(problemOf(await call('POST', PATHS[0] ?? '')), problem(502, 'Bad Gateway'))
  t.equal(statusOf(await get(PATHS[1] ?? '')), 'spms; fwd=uri-miss')
  const head = await call('HEAD', PATHS[0] ?? '')
  t.match([head.status, head.body.length], [502, 0])
})

t.test('a connection that is cut is 502', async (t) => {
  const { get } = await openBareProxy(t, ({ socket }) => {
    socket.destroy()
  })
  for (const path of PATHS) t.match(problemOf(await get(path)), problem(502, 'Bad Gateway'), path)
})

t.test('an origin that does not answer in time is 504', async (t) => {
  const { get, call } = await openBareProxy(t, () => undefined, { http: { timeoutMs: 100 } })
  for (const path of PATHS) t.match(problemOf(await get(path)), problem(504, 'Gateway Timeout'), path)
  t.match(problemOf(await call('PUT', '/api/v1/projects/1', { body: '{}' })), problem(504, 'Gateway Timeout'))
})

t.test('a write that gets no answer invalidates all the same', async (t) => {
  const { call, told } = await openBareProxy(
    t,
    ({ url, socket }) => {
      if (url?.endsWith('1')) socket.destroy()
    },
    {
      http: { timeoutMs: 100 }
    }
  )
  await call('PUT', '/api/v1/agencies/branches/1', { body: '{}' })
  await call('PUT', '/api/v1/agencies/branches/2', { body: '{}' })
  t.equal(told.invalidated.length, 2)
})

t.test('more than may wait for the origin get 503 and are told to come back', async (t) => {
  let release = (): void => undefined
  let arrived = 0
  const { get } = await openBareProxy(
    t,
    (_, response) => {
      arrived++
      release = () => response.end('ok')
    },
    { http: { maxConnections: 1, maxQueue: 0 } }
  )
  const first = get('/files/a')
  await eventually(() => arrived === 1)
  const refused = await get('/files/b')
  t.match(problemOf(refused), problem(503, 'Service Unavailable'))
  t.equal(refused.headers['retry-after'], '1')
  release()
  t.equal((await first).text(), 'ok')
})

t.test('callers are told nothing of the inside', async (t) => {
  const { get } = await openProxy(t, 'http://127.0.0.1:1')
  t.notMatch((await get('/files/a')).text(), /127\.0\.0\.1|ECONN|node_modules/)
})
