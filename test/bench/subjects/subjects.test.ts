import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import t from 'tap'
import type { Test } from 'tap'
import { findCores } from '../../../bench/load/cores.js'
import { withDescendants } from '../../../bench/load/cpu-time.js'
import type { RunningSubject, Subject } from '../../../bench/subject.js'
import { bodyOf } from '../../../bench/subjects/body.js'
import {
  fastify,
  fastifyIoredis,
  fastifyPipelined,
  nodeHttp,
  subjects,
  webdis
} from '../../../bench/subjects/index.js'
import { webdisTarget } from '../../../bench/subjects/webdis.js'
import { eventually } from '../../support/eventually.js'
import { get, type HttpAnswer } from '../../support/http.js'
import { startRedis } from '../../support/redis-server.js'

const BODY_BYTES = 1000
const floors: readonly Subject[] = [nodeHttp, fastify, fastifyIoredis, fastifyPipelined]
const caches = subjects.filter((subject) => subject !== webdis && !floors.includes(subject))

const redis = await startRedis()
let asked = 0
/** Without `Vary`, so that only their keys tell callers apart. */
const origin = createServer((_, response) => {
  asked++
  response.writeHead(200, { 'content-type': 'application/json' }).end(`{"id":${asked}}`)
}).listen(0, '127.0.0.1')
await once(origin, 'listening')
const address = origin.address()
const originUrl = `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? '') : ''}`
t.teardown(async () => {
  await redis.stop()
  origin.close()
  origin.closeAllConnections()
})

const unlessMissing = async (subject: Subject): Promise<{ readonly skip: string | false }> => ({
  skip: (await subject.missing()) ?? false
})

const startFor = async (t: Test, subject: Subject): Promise<RunningSubject> => {
  const running = await subject.start({
    originUrl,
    redisUrl: redis.url,
    core: findCores()?.subject,
    bodyBytes: BODY_BYTES,
    headers: { 'content-type': 'application/json', 'x-of-the-floor': 'yes' }
  })
  t.teardown(() => running.stop())
  return running
}

const readBy = (running: RunningSubject, session: string): Promise<HttpAnswer> =>
  get(`${running.url}/api/v1/users/me`, { headers: { cookie: `theme=dark; sessionid=${session}` } })

for (const subject of caches) {
  t.test(
    `${subject.name} answers a second read by itself, and nobody else's`,
    await unlessMissing(subject),
    async (t) => {
      const running = await startFor(t, subject)
      const first = await readBy(running, 'ann')
      const askedOnce = asked
      t.equal(first.status, 200)
      t.equal(first.text(), `{"id":${askedOnce}}`)
      const second = await readBy(running, 'ann')
      t.equal(asked, askedOnce)
      t.strictSame(second.body, first.body)
      const other = await readBy(running, 'ben')
      t.equal(asked, askedOnce + 1)
      t.equal(other.text(), `{"id":${asked}}`)
    }
  )
}

for (const subject of floors) {
  t.test(`${subject.name} sends the bytes and headers it was given`, async (t) => {
    const running = await startFor(t, subject)
    const { status, headers, body } = await readBy(running, 'ann')
    t.equal(status, 200)
    t.strictSame(body, bodyOf(BODY_BYTES))
    t.match(headers, {
      'content-type': 'application/json',
      'content-length': `${BODY_BYTES}`,
      'x-of-the-floor': 'yes'
    })
  })
}

t.test('webdis answers with the value alone', await unlessMissing(webdis), async (t) => {
  const running = await startFor(t, webdis)
  const { headers, body } = await get(`${running.url}${webdisTarget}`)
  t.strictSame(body, bodyOf(BODY_BYTES))
  t.equal(headers['content-type'], 'application/json')
})

for (const subject of subjects) {
  t.test(`${subject.name} leaves no process behind`, await unlessMissing(subject), async (t) => {
    const running = await startFor(t, subject)
    const processes = [...withDescendants(running.pids)]
    t.ok(processes.every(isRunning))
    await running.stop()
    await eventually(() => !processes.some(isRunning))
  })
}

const isRunning = (pid: number): boolean => existsSync(`/proc/${pid}`)
