// One route that sends what one GET from Redis returned.
import { fastify } from 'fastify'
import { Redis } from 'ioredis'

const { port, redisUrl, redisOptions, key, headers } = JSON.parse(process.argv[2])
const redis = new Redis(redisUrl, redisOptions)

const app = fastify()
app.get('/*', async (_request, reply) => {
  reply.headers(headers)
  return redis.getBuffer(key)
})
await app.listen({ port, host: '127.0.0.1' })
