import { once } from 'node:events'
import type { Socket } from 'node:net'
import t from 'tap'
import { eventually } from '../../support/eventually.js'
import { openBareProxy, openSampleProxy, type SampleProxy, statusOf } from './open-proxy.js'

const STAFF = '/api/v1/users/staffprofiles/3001'
const LIST = '/api/v1/projects/list'

/** A request whose caller is about to leave; resolves once the origin is at it. */
const ask = async (
  proxy: SampleProxy,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {}
): Promise<Socket> => {
  const before = proxy.origin.requests(path)
  const socket = proxy.dial().on('error', () => undefined)
  const lines = Object.entries({ host: 'a', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
  await eventually(() => proxy.origin.requests(path) > before)
  return socket
}

t.test('a read is cancelled at the origin when its caller leaves', async (t) => {
  const proxy = await openSampleProxy(t)
  const { origin } = proxy
  const me = origin.signIn(5)
  origin.latency = () => new Promise(() => undefined)
  const reads: [string, string, Readonly<Record<string, string>>][] = [
    ['GET', LIST, me],
    ['HEAD', '/api/v1/users/5', me],
    ['GET', STAFF, {}],
    ['GET', '/api/v1/agencies/branches', me],
    ['GET', '/api/v1/users/me', me]
  ]
  for (const [method, path, headers] of reads) {
    const socket = await ask(proxy, method, path, headers)
    t.equal(origin.aborted(path), 0)
    socket.destroy()
    await eventually(() => origin.aborted(path) === 1)
  }
  t.same(proxy.told.originAsked, [], 'which is no failure of the origin')
})

t.test('a download is cancelled in the middle', async (t) => {
  const proxy = await openSampleProxy(t)
  const path = '/files/100000000.bin'
  const socket = await ask(proxy, 'GET', path)
  await once(socket, 'readable')
  socket.destroy()
  await eventually(() => proxy.origin.aborted(path) === 1)
})

t.test('an answer too large to be stored is cancelled in the middle too', async (t) => {
  let closed = 0
  const { dial } = await openBareProxy(t, (_, response) => {
    response.once('close', () => closed++)
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write('x'.repeat(1100 * 1024))
  })
  const socket = dial()
  socket.write(`GET ${STAFF} HTTP/1.1\r\nHost: a\r\n\r\n`)
  await once(socket, 'readable')
  socket.destroy()
  await eventually(() => closed === 1)
})

t.test('a collapsed fetch that others wait for goes on', async (t) => {
  const proxy = await openSampleProxy(t)
  const { origin, get } = proxy
  let open = (): void => undefined
  const gate = new Promise<void>((resolve) => (open = resolve))
  origin.latency = () => gate
  const leader = await ask(proxy, 'GET', STAFF)
  const follower = get(STAFF)
  await eventually(() => proxy.reads() === 2)
  leader.destroy()
  await new Promise((resolve) => setTimeout(resolve, 50))
  t.equal(origin.aborted(STAFF), 0)
  open()
  t.equal(statusOf(await follower), 'spms; fwd=uri-miss; collapsed')
  t.equal(origin.requests(STAFF), 1)
  t.equal(statusOf(await get(STAFF)), 'spms; hit; ttl=3600')
})

t.test('a write goes on when its caller leaves, and still invalidates', async (t) => {
  const proxy = await openSampleProxy(t)
  const { origin, get, told } = proxy
  const admin = origin.signIn(1)
  const branches = '/api/v1/agencies/branches'
  await get(branches, admin)
  t.match(statusOf(await get(branches, admin)), /hit/)
  let open = (): void => undefined
  const gate = new Promise<void>((resolve) => (open = resolve))
  origin.latency = ({ method }) => (method === 'DELETE' ? gate : 0)
  const writer = await ask(proxy, 'DELETE', `${branches}/1`, { ...admin, 'x-sample-commit': 'end' })
  writer.destroy()
  await new Promise((resolve) => setTimeout(resolve, 50))
  t.match(statusOf(await get(branches, admin)), /hit/, 'the origin has not done it yet')
  open()
  await eventually(() => told.invalidated.length === 1)
  t.equal(origin.aborted(`${branches}/1`), 0)
  const after = await get(branches, admin)
  t.equal(statusOf(after), 'spms; fwd=uri-miss; stored')
  t.notOk((after.json() as { id: number }[]).some(({ id }) => id === 1))
})

t.test('an upload that its caller breaks off breaks off at the origin, and invalidates', async (t) => {
  let aborted = 0
  let arrived = 0
  const { dial, told } = await openBareProxy(t, (request) => {
    arrived++
    request.resume().once('error', () => aborted++)
  })
  for (const path of ['/api/v1/projects/1', '/api/v1/projects/project_members']) {
    const socket = dial()
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: a\r\nCookie: sessionid=a\r\nContent-Length: 100\r\n\r\n{"user":`
    )
    await eventually(() => arrived > aborted)
    socket.destroy()
    await eventually(() => aborted === arrived)
  }
  await eventually(() => told.invalidated.length === 2)
})

t.test('an upload that its caller breaks off is no failure of the origin', async (t) => {
  let arrived = 0
  let aborted = 0
  const { dial, told } = await openBareProxy(t, (request) => {
    arrived++
    request.resume().once('error', () => aborted++)
  })
  const socket = dial()
  socket.write('POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf')
  await eventually(() => arrived === 1)
  socket.destroy()
  await eventually(() => aborted === 1)
  await eventually(() => told.answered.length === 1)
  t.match(told.answered, [{ outcome: 'failed', status: 400 }])
  t.same(told.originAsked, [])
})
