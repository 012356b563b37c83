import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { eventually } from '../support/eventually.js'
import { http } from '../support/http.js'
import { DOORS, LARGE, openStage, type Stage } from './callers.js'

const folderFor = async (t: Test): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'spms-stop-'))
  t.teardown(() => rm(folder, { recursive: true }))
  return folder
}

const stoppedLine = ({ sidecar }: Stage) => sidecar.logs.find(({ msg }) => msg.startsWith('Stopped'))

const HALF_HEAD = 'GET /v1/stats HTTP/1.1\r\nHost: '
const halfBody = (line: string): string =>
  `${line} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\nhalf`
const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`

t.test('connections without a request hold no door', async (t) => {
  const stage = await openStage(t, await folderFor(t), { SHUTDOWN_TIMEOUT_MS: '600000' })
  const callers = DOORS.flatMap((door) => ['', HALF_HEAD].map((text) => stage.call(door, text)))
  const kept = DOORS.map((door) => stage.call(door, get('/live')))
  await eventually(() => kept.every(({ received }) => received().includes('HTTP/1.1')))
  // And half of a further request.
  for (const { socket } of kept.slice(0, 2)) socket.write(HALF_HEAD)
  await eventually(() => callers.every(({ socket }) => !socket.connecting))
  t.same(await stage.sidecar.stop(), { code: 0, signal: null })
  t.match(stoppedLine(stage), { level: 'info', cut: 0 })
})

t.test('what callers or the origin hold up is cut in the end; what goes on is finished', async (t) => {
  const stage = await openStage(t, await folderFor(t), { SHUTDOWN_TIMEOUT_MS: '3000' })
  const { sidecar, call, asked } = stage
  await http(`${sidecar.control}/v1/entries/large`, { method: 'PUT', body: LARGE })

  const unread = { isRead: false }
  const cut = [
    call('proxy', halfBody('POST /upload')),
    call('control', halfBody('PUT /v1/entries/a')),
    call('unix socket', halfBody('PUT /v1/entries/b')),
    call('proxy', get('/large'), unread),
    call('control', get('/v1/entries/large'), unread),
    call('unix socket', get('/v1/entries/large'), unread),
    call('proxy', 'DELETE /held HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    call('proxy', get('/held'))
  ]
  const slow = call(
    'proxy',
    'POST /slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 110\r\n\r\n0123456789'
  )
  for (const door of DOORS) call(door, '')
  await eventually(() => ['/upload', '/large', '/slow'].every((path) => asked().includes(path)))
  await eventually(() => asked().filter((path) => path === '/held').length === 2)

  const stopped = sidecar.stop()
  for (let part = 0; part < 10; part++) {
    await delay(100)
    slow.socket.write('x'.repeat(10))
  }
  t.same(await stopped, { code: 0, signal: null })
  await slow.closed
  t.match(slow.received(), /^HTTP\/1\.1 200 [^]*done/, 'an upload that goes on')
  t.match(stoppedLine(stage), { level: 'warn', cut: cut.length })
  for (const { received } of cut) t.notMatch(received(), /^HTTP\/1\.1 200/)
})

t.test('CALLER_TIMEOUT_MS bounds the waits on callers of every door', async (t) => {
  const stage = await openStage(t, await folderFor(t), { CALLER_TIMEOUT_MS: '500' })
  const { sidecar, call } = stage
  const callers = [
    ...DOORS.flatMap((door) => ['', HALF_HEAD].map((text) => call(door, text))),
    call('proxy', halfBody('POST /upload')),
    call('control', halfBody('PUT /v1/entries/a')),
    call('unix socket', halfBody('PUT /v1/entries/b'))
  ]
  await Promise.all(callers.map(({ closed }) => closed))
  for (const { received } of callers) t.match(received(), /^HTTP\/1\.1 408 [^]*"status":408/)
  t.same(await sidecar.stop(), { code: 0, signal: null })
})
