import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Test } from 'tap'
import { bodyOf, wantedIn } from './behaviour.js'

const CHUNK_BYTES = 16_384

/** The origin of behaviour.ts on `node:http`. */
export const startNode = async (t: Test): Promise<string> => {
  const server = createServer((request, response) => {
    request.resume().once('end', () => answer(request, response))
  })
  return listen(t, server)
}

const answer = ({ method, url = '' }: IncomingMessage, response: ServerResponse): void => {
  const wanted = wantedIn(url)
  if (wanted === undefined) return void response.writeHead(404).end()
  const body = bodyOf(wanted.size)
  response.setHeader('content-type', 'application/json')
  if (wanted.framing === 'content-length') response.setHeader('content-length', body.length)
  if (wanted.framing === 'close-delimited') response.removeHeader('transfer-encoding')
  if (wanted.end === 'closed') response.shouldKeepAlive = false
  if (method === 'HEAD') return void response.end()
  if (wanted.framing === 'content-length') return void response.end(body)
  for (let at = 0; at < body.length; at += CHUNK_BYTES) response.write(body.subarray(at, at + CHUNK_BYTES))
  response.end()
}

/** Resolves with the address; the server ends with the test, whoever is connected. */
export const listen = async (t: Test, server: Server): Promise<string> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return `http://127.0.0.1:${address.port}`
}
