import { STATUS_CODES } from 'node:http'
import Fastify, { LogController } from 'fastify'
import type { FastifyBaseLogger, FastifyError, FastifyInstance, FastifyReply } from 'fastify'
import type { Registry } from 'prom-client'
import { withinLimit } from '../../telemetry/store-figures.js'
import type { ReadFigures } from '../../telemetry/store-figures.js'

export interface OpsDoorOptions {
  /** False before all doors listen, and from the signal to stop on. */
  readonly isReady: () => boolean
  readonly figures: ReadFigures
  readonly registry: Registry
  readonly loggerInstance: FastifyBaseLogger
}

/** Probes and metrics for the cluster: no data, no keys. A store that is down leaves the sidecar ready. */
export const createOpsDoor = ({
  isReady,
  figures,
  registry,
  loggerInstance
}: OpsDoorOptions): FastifyInstance => {
  const door = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    frameworkErrors: (error, _request, reply: FastifyReply) => problem(reply, error.statusCode ?? 400)
  })
  const figuresInTime = withinLimit(figures)

  door.get('/live', () => ({ status: 'live' }))

  door.get('/ready', async (_request, reply) => {
    if (!isReady()) {
      return reply.code(503).send({ status: 'not ready', reason: 'starting or shutting down' })
    }
    const known = await figuresInTime()
    return { status: 'ready', store: known?.state ?? 'down' }
  })

  door.get('/metrics', async (_request, reply) => {
    return reply.type(registry.contentType).send(await registry.metrics())
  })

  door.setNotFoundHandler((_request, reply) => problem(reply, 404))
  door.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) request.log.warn({ err: error, hint: FAULT_HINT }, 'The ops door failed')
    problem(reply, status)
  })
  return door
}

const FAULT_HINT = 'Probes and metrics only are affected: restart the sidecar and report the error.'

/** RFC 9457 §3. */
const problem = (reply: FastifyReply, status: number): void => {
  const body = { type: 'about:blank', title: STATUS_CODES[status], status }
  void reply.code(status).type('application/problem+json').send(body)
}
