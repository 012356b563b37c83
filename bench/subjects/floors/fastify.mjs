// One route that sends a Buffer.
import { readFileSync } from 'node:fs'
import { fastify } from 'fastify'

const { port, headers, bodyFile } = JSON.parse(process.argv[2])
const bytes = readFileSync(bodyFile)

const app = fastify()
app.get('/*', (_request, reply) => {
  reply.headers(headers).send(bytes)
})
await app.listen({ port, host: '127.0.0.1' })
