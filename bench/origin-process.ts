// The origin that the subjects stand in front of, in a process of its own: `origin-process.ts <bytes> <delay ms> <varied: 0 or 1>`.
// Every path but one is answered with JSON of that many bytes after that time.
import { createServer } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { bodyOf, groupOf, isList } from './bodies.js'
import { COUNT_PATH, ORIGIN_HEADERS } from './origin.js'
import { variedBody } from './varied-body.js'

const [bodyBytes = NaN, latencyMs = NaN, isVaried = 0] = process.argv.slice(2).map(Number)
/** Each made once: the origin has to leave most of its core to the load generator. */
const lists = new Map<string, Buffer>()
let requests = 0

const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
  const path = request.url ?? '/'
  if (path === COUNT_PATH) {
    response.end(`${requests}`)
    return
  }
  requests++
  void answer(path, (body) =>
    response.writeHead(200, { ...ORIGIN_HEADERS, 'content-length': body.length }).end(body)
  )
})

const answer = async (path: string, send: (body: Buffer) => void): Promise<void> => {
  const body = isList(path) ? listOf(path) : oneOf(path)
  if (latencyMs > 0) await setTimeout(latencyMs)
  send(body)
}

const oneOf = (path: string): Buffer =>
  isVaried === 0 ? bodyOf(path, bodyBytes) : variedBody(Number(/\d+$/.exec(path)?.[0] ?? 1), bodyBytes)

const listOf = (path: string): Buffer => {
  const name = `${path.replace(/\d+/g, '')} ${groupOf(path)}`
  const known = lists.get(name) ?? bodyOf(path, bodyBytes)
  lists.set(name, known)
  return known
}

server.listen({ port: 0, host: '127.0.0.1', backlog: 2048 }, () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) console.log(`http://127.0.0.1:${address.port}`)
})
