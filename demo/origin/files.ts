import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { callerOf, cookiesOf, hasCsrfToken } from './caller.js'
import type { State } from './state.js'

/**
 * Bodies that are streamed, both ways: `GET /files/<n>.bin` sends n bytes and any `.jpg` 1,000;
 * `POST /api/v1/medias/upload` takes any body and answers with its length and SHA-256.
 */
export const addFiles = (app: FastifyInstance, state: State): void => {
  app.get<{ Params: { '*': string } }>('/files/*', (request, reply) => {
    const name = request.params['*']
    const length = name.endsWith('.jpg') ? 1000 : Number(/(?:^|\/)(\d+)\.bin$/.exec(name)?.[1])
    if (Number.isNaN(length))
      return reply.code(404).type('text/html; charset=utf-8').send('<h1>Not Found</h1>')
    return reply
      .type(name.endsWith('.jpg') ? 'image/jpeg' : 'application/octet-stream')
      .header('last-modified', 'Mon, 02 Feb 2026 09:00:00 GMT')
      .header('content-length', length)
      .send(Readable.from(bytes(length)))
  })

  void app.register((upload, _options, done) => {
    upload.removeAllContentTypeParsers()
    upload.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload))
    upload.post('/api/v1/medias/upload', async (request, reply) => {
      const cookies = cookiesOf(request)
      const { user, bySession } = callerOf(request, cookies, state.database, state.sessions)
      if (user === undefined || (bySession && state.isCsrfChecked && !hasCsrfToken(request, cookies))) {
        return reply.code(403).send({ detail: 'Authentication credentials were not provided.' })
      }
      const hash = createHash('sha256')
      let length = 0
      const body = request.body instanceof Readable ? request.body : Readable.from([])
      for await (const chunk of body) {
        if (!Buffer.isBuffer(chunk)) continue
        hash.update(chunk)
        length += chunk.length
      }
      const type = request.headers['content-type'] ?? null
      return reply.code(201).send({ bytes: length, sha256: hash.digest('hex'), content_type: type })
    })
    done()
  })
}

/** Byte n is n modulo 251: a piece that is lost or doubled shows. */
export function* bytes(length: number): Generator<Buffer> {
  for (let at = 0; at < length; at += PIECE) {
    yield Buffer.from(Array.from({ length: Math.min(PIECE, length - at) }, (_, n) => (at + n) % 251))
  }
}

const PIECE = 16384
