import type { Subject } from '../subject.js'
import { BODY_KEY, storeBody } from './body.js'
import { startFloor } from './floor.js'

const withOptions = (name: string, redisOptions: Readonly<Record<string, unknown>>): Subject => ({
  name,
  missing: async () => undefined,
  start: async (options) => {
    const { redisUrl, bodyBytes } = options
    await storeBody(redisUrl, bodyBytes)
    return startFloor('fastify-ioredis.mjs', options, { redisUrl, redisOptions, key: BODY_KEY })
  }
})

/** One read of Redis for each request. */
export const fastifyIoredis = withOptions('Fastify with ioredis', {})

/** The same as the client's documentation recommends it for servers: it gathers the commands of one turn. */
export const fastifyPipelined = withOptions('Fastify with ioredis, pipelined', { enableAutoPipelining: true })
