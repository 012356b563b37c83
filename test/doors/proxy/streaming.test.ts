import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { request } from 'undici'
import { eventually } from '../../support/eventually.js'
import { openBareProxy, openSampleProxy, statusOf } from './open-proxy.js'

const MEBIBYTE = 1024 * 1024

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** MiB that this process (client, sidecar and origin) cannot give back: what waits to be collected is not counted. */
const heldMebibytes = async (): Promise<number> => {
  collectGarbage()
  // Buffers are freed beside the program: the next collection waits until those of the one before are.
  await setImmediate()
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / MEBIBYTE
}

const mebibytes = (count: number): Readable =>
  Readable.from(
    (function* () {
      const chunk = Buffer.alloc(MEBIBYTE / 16, 'x')
      for (let n = 0; n < count * 16; n++) yield chunk
    })()
  )

const DIGEST = createHash('sha256')
  .update(Buffer.alloc(100 * MEBIBYTE, 'x'))
  .digest('hex')

interface Seen {
  readonly digest: string
  /** MiB that the process holds more when 90 of 100 MiB have passed. */
  readonly grown: number
}

const watch = async (stream: AsyncIterable<unknown>): Promise<Seen> => {
  const before = await heldMebibytes()
  const hash = createHash('sha256')
  let passed = 0
  let grown = NaN
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    hash.update(chunk)
    passed += chunk.length
    if (Number.isNaN(grown) && passed >= 90 * MEBIBYTE) grown = (await heldMebibytes()) - before
  }
  return { digest: hash.digest('hex'), grown }
}

t.test('an upload of 100 MB is streamed, not kept', async (t) => {
  const { url } = await openBareProxy(t, (incoming, response) => {
    void watch(incoming).then((seen) => response.end(JSON.stringify(seen)))
  })
  const paths = ['/api/v1/medias/upload', '/api/v1/projects/project_members']
  for (const path of paths) {
    const { body } = await request(url + path, { method: 'POST', body: mebibytes(100) })
    const { digest, grown } = (await body.json()) as Seen
    t.equal(digest, DIGEST, path)
    t.ok(grown < 20, `${path}: ${Math.round(grown)} MB of 90 are held`)
  }
})

t.test('a slow origin slows the upload down', async (t) => {
  let incoming: IncomingMessage | undefined
  const { url } = await openBareProxy(t, (arrived) => {
    incoming = arrived
  })
  let sent = 0
  const body = Readable.from(
    (function* () {
      for (; sent < 1000; sent++) yield Buffer.alloc(MEBIBYTE / 4)
    })()
  )
  const sending = request(`${url}/upload`, { method: 'POST', body })
  sending.catch(() => undefined)
  await eventually(() => incoming !== undefined && sent > 0)
  const at = await settledCount(() => sent)
  t.ok(at < 200, `${at / 4} MB were taken`)
  incoming?.destroy()
})

t.test('a slow caller slows the download down', async (t) => {
  let made = 0
  const { dial } = await openBareProxy(t, (_, response) => {
    const chunks = function* () {
      for (; made < 1000; made++) yield Buffer.alloc(MEBIBYTE / 4)
    }
    Readable.from(chunks()).pipe(response)
  })
  const socket = dial()
  socket.write('GET /files/large HTTP/1.1\r\nHost: a\r\n\r\n')
  await once(socket, 'readable')
  const at = await settledCount(() => made)
  t.ok(at < 200, `${at / 4} MB were made`)
  socket.destroy()
})

/** The count once it has stopped for a while. */
const settledCount = async (count: () => number): Promise<number> => {
  for (let before = -1; before !== count();) {
    before = count()
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return count()
}

t.test('a download of 100 MB is streamed whole, not kept', async (t) => {
  const { url } = await openBareProxy(t, (_, response) => void mebibytes(100).pipe(response))
  const { digest, grown } = await watch((await request(`${url}/files/large`)).body)
  t.equal(digest, DIGEST)
  t.ok(grown < 20, `${Math.round(grown)} MB of 90 are held`)
})

t.test('an answer too large to be stored is streamed whole, to each of its readers', async (t) => {
  const { get, origin, told } = await openSampleProxy(t, { maxEntryBytes: 1000 })
  const path = '/api/v1/users/staffprofiles'
  const whole = (await origin.app.inject(path)).rawPayload
  t.ok(whole.length > 1000)
  for (let n = 0; n < 3; n++) {
    const answer = await get(path)
    t.equal(statusOf(answer), 'spms; fwd=uri-miss; detail=too-large')
    t.ok(answer.body.equals(whole))
  }
  t.ok((await Promise.all([get(path), get(path), get(path)])).every(({ body }) => body.equals(whole)))
  t.ok(told.unstored.every(({ reason }) => reason === 'too-large'))
})

const BODY = JSON.stringify({ id: 3001, pad: 'x'.repeat(10_000) })

t.test('an origin that breaks off is seen as a broken answer, and nothing is stored', async (t) => {
  const breaking = (incoming: IncomingMessage): boolean => incoming.headers['x-whole'] === undefined
  const { get, exchange, store } = await openBareProxy(t, (incoming, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': BODY.length })
    if (!breaking(incoming)) response.end(BODY)
    else response.write(BODY.slice(0, 5000), () => response.destroy())
  })
  await t.rejects(get('/api/v1/projects/list'), 'a forwarded answer has begun: it breaks off')
  const raw = await exchange('GET /files/a HTTP/1.1\r\nHost: a\r\n\r\n')
  t.match(raw, /^HTTP\/1\.1 200 [^]*content-length: 10/i)
  t.ok(raw.length < BODY.length)
  const fill = await get('/api/v1/users/staffprofiles/3001/hero')
  t.match([fill.status, fill.headers['content-type']], [502, 'application/problem+json'], 'a fill has not')
  t.equal((await store.stats()).entries, 0)
})

t.test('a chunked answer that breaks off has no end', async (t) => {
  const { exchange } = await openBareProxy(
    t,
    (_, response) => void response.write('half', () => response.destroy())
  )
  const raw = await exchange('GET /files/a HTTP/1.1\r\nHost: a\r\n\r\n')
  t.match(raw, /half/)
  t.notMatch(raw, /\r\n0\r\n\r\n$/)
})

t.test('an origin that answers before it has read the upload is heard', async (t) => {
  const { exchange } = await openBareProxy(t, (_, response) => {
    response.writeHead(413, { 'content-length': 9 }).end('too large')
  })
  const part = `POST /upload HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(50_000)}`
  t.match(await exchange(part), /^HTTP\/1\.1 413 [^]*too large/)
})
