import type { Subject } from '../subject.js'
import { BODY_KEY, storeBody } from './body.js'
import { startFloor } from './floor.js'

export const fastifyIoredis: Subject = {
  name: 'Fastify with ioredis',
  missing: async () => undefined,
  start: async (options) => {
    const { redisUrl, bodyBytes } = options
    await storeBody(redisUrl, bodyBytes)
    return startFloor('fastify-ioredis.mjs', options, { redisUrl, key: BODY_KEY })
  }
}
