import { fastify, type FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import { type ReadStats, withinLimit } from '../../telemetry/store-stats.js'
import { type DoorParts, fastifyOptions, KEEP_ALIVE_MS } from '../server-factory.js'
import { answerMethods, answerUnreadable } from '../methods.js'
import { sendProblem } from '../problem.js'
import { answerWithProblems, toProblem } from '../to-problem.js'

export interface OpsDoorOptions extends DoorParts {
  /** False before all doors listen, and from the signal to stop on. */
  readonly isReady: () => boolean
  readonly stats: ReadStats
  readonly registry: Registry
}

/** Probes and metrics for the cluster: no data, no keys. A store that is down leaves the sidecar ready. */
export const createOpsDoor = (options: OpsDoorOptions): FastifyInstance => {
  const { isReady, registry } = options
  const door = fastify({
    ...fastifyOptions(options),
    frameworkErrors: (error, _request, reply) => {
      sendProblem(reply, toProblem(error))
    },
    serverFactory: (handle) =>
      options.serverFactory.createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, handle, (error, socket) =>
        answerUnreadable(door, error, socket)
      )
  })
  answerWithProblems(door)
  answerMethods(door)
  const statsInTime = withinLimit(options.stats)

  door.get('/live', () => ({ status: 'live' }))

  door.get('/ready', async (_request, reply) => {
    if (!isReady()) return reply.code(503).send({ status: 'not ready', reason: 'starting or shutting down' })
    const known = await statsInTime()
    return { status: 'ready', store: known?.state ?? 'down' }
  })

  door.get('/metrics', async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics())
  )
  return door
}
