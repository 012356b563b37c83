import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { metricOf } from '../coherence/fleet.js'
import { startRedis } from '../support/redis-server.js'
import { eventually } from '../support/eventually.js'
import { http } from '../support/http.js'
import { startSidecar } from '../support/sidecar-process.js'

const CONNECTIONS = 900
const LARGE = '/api/v1/users/staffprofiles/5/cv'
const SMALL = '/api/v1/users/staffprofiles/6/cv'
/**
 * What is sent on each connection, within what may wait there and beyond it, and by how much the memory may grow. The
 * chart's limit is 384 MiB, and a sidecar without load takes some 150.
 */
const ATTACKS = [
  { requests: 8, mostMebibytes: 150 },
  { requests: 40, mostMebibytes: 300 }
]
const ATTACK_MS = 8000
/** A read waits for 5 s; the rest is for a machine that is busy. */
const POLITE_MS = 15_000

/** What V8 takes by itself in a container of 384 MiB. */
const CONTAINER = '--max-old-space-size=192'

t.setTimeout(180_000)

const startOrigin = async (t: Test): Promise<string> => {
  const server = createServer(({ url }, response) => {
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(url === LARGE ? 'x'.repeat(1_000_000) : { id: 6 }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Reads nothing; an empty line each second, which HTTP allows, tells of a connection that was cut: then it connects again. */
const attack = (url: string, requests: number) => {
  const { hostname, port } = new URL(url)
  const text = `GET ${LARGE} HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(requests)
  const sockets = new Set<Socket>()
  let isOver = false
  let cuts = 0
  const dial = (): void => {
    const socket = connect(Number(port), hostname)
    sockets.add(socket)
    socket.pause()
    socket.on('error', () => undefined).write(text)
    const asking = setInterval(() => socket.write('\r\n'), 1000)
    socket.once('close', () => {
      clearInterval(asking)
      sockets.delete(socket)
      if (isOver) return
      cuts++
      setTimeout(dial, 1000)
    })
  }
  for (let count = 0; count < CONNECTIONS; count++) dial()
  return {
    cuts: () => cuts,
    end: () => {
      isOver = true
      for (const socket of sockets) socket.destroy()
    }
  }
}

/** Now, or the most so far: samples would miss it. */
const residentMebibytes = (pid: number, name: 'VmRSS' | 'VmHWM'): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) /
  1024

for (const { requests, mostMebibytes } of ATTACKS) {
  t.test(
    `${CONNECTIONS} callers who ask ${requests} times and do not read neither fill the memory nor stop others`,
    async (t) => {
      const redis = await startRedis()
      t.teardown(() => redis.stop())
      const sidecar = await startSidecar({
        ORIGIN_URL: await startOrigin(t),
        REDIS_URL: redis.url,
        LOG_LEVEL: 'error',
        NODE_OPTIONS: CONTAINER
      })
      t.teardown(() => sidecar.stop())
      const read = async (path: string) => {
        const startedAt = performance.now()
        const { status, headers, body } = await http(sidecar.proxy + path, { headers: { host: 'a' } })
        return { status, headers, length: body.length, ms: performance.now() - startedAt }
      }
      for (const path of [LARGE, SMALL]) {
        await eventually(async () => String((await read(path)).headers['cache-status']).includes('hit'))
      }
      const before = residentMebibytes(sidecar.pid, 'VmRSS')

      const attackers = attack(sidecar.proxy, requests)
      t.teardown(() => attackers.end())
      const until = performance.now() + ATTACK_MS
      const keepReading = async (path: string) => {
        const answers: Awaited<ReturnType<typeof read>>[] = []
        while (performance.now() < until) {
          answers.push(await read(path))
          await delay(50)
        }
        return answers
      }
      const [small, large] = await Promise.all([keepReading(SMALL), keepReading(LARGE)])
      const most = residentMebibytes(sidecar.pid, 'VmHWM')
      attackers.end()
      const longest = (answers: typeof small): number => Math.max(...answers.map(({ ms }) => ms))
      const refused = large.filter(({ status }) => status === 503)
      t.comment(
        `${before.toFixed()} MiB before, ${most.toFixed()} at most · ` +
          `${small.length} small reads, the longest ${longest(small).toFixed()} ms · ` +
          `${large.length} large ones, ${refused.length} of them 503, the longest ${longest(large).toFixed()} ms · ` +
          `${attackers.cuts()} connections cut`
      )
      t.ok(most - before < mostMebibytes, `it grew by less than ${mostMebibytes} MiB`)
      t.ok(
        small.every(({ status }) => status === 200),
        'small reads are answered'
      )
      t.ok(
        large.every(({ status }) => status === 200 || status === 503),
        'large ones, too, or 503'
      )
      t.ok(
        refused.every(({ headers }) => headers['retry-after'] === '1'),
        'which says when to try again'
      )
      t.ok(longest([...small, ...large]) < POLITE_MS, `each within ${POLITE_MS} ms`)
      t.ok(attackers.cuts() > 0, 'callers who do not read are cut')

      await eventually(async () => (await metricOf([sidecar], 'unread_bytes')) === 0, { timeoutMs: 30_000 })
      for (const path of [LARGE, SMALL, LARGE])
        t.match(await read(path), { status: 200 }, 'and afterwards all is as before')
    }
  )
}
