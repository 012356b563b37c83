import type { Subject } from '../subject.js'
import { fastifyIoredis, fastifyPipelined } from './fastify-ioredis.js'
import { fastify } from './fastify.js'
import { nginx } from './nginx.js'
import { nodeHttp } from './node-http.js'
import { sidecarMemory, sidecarRedis } from './sidecar.js'
import { varnish } from './varnish.js'
import { webdis } from './webdis.js'

export {
  fastify,
  fastifyIoredis,
  fastifyPipelined,
  nginx,
  nodeHttp,
  sidecarMemory,
  sidecarRedis,
  varnish,
  webdis
}

/** All that can be measured: the sidecar, its peers and the floors. */
export const subjects: readonly Subject[] = [
  sidecarMemory,
  sidecarRedis,
  nginx,
  varnish,
  webdis,
  nodeHttp,
  fastify,
  fastifyIoredis,
  fastifyPipelined
]
