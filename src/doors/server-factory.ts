import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { Connections } from './connections.js'
import { Drain } from './drain.js'
import { answerClientError } from './to-problem.js'
import { type AnswerClientError, headLimits, limitPauses } from './time-limits.js'

/** Makes the servers of one door and ends them. No wait on a caller is without a limit. */
export interface ServerFactory {
  /** A server of the door; `answerError` answers what cannot be read or is late, and closes the connection. */
  createServer(options: ServerOptions, listener: RequestListener, answerError?: AnswerClientError): Server
  /**
   * Resolves with `closing`, the end of the door's servers. What is not answered after `timeoutMs` is cut, and so many
   * requests are the result.
   */
  finish(closing: Promise<unknown>, timeoutMs: number): Promise<number>
}

/**
 * How long a connection without a request is kept: longer than the 60 s of common ingresses, so that they close it and
 * not this server, which could cut a request that is on its way. Fastify's own default.
 */
export const KEEP_ALIVE_MS = 72_000

/** What every door is made of. */
export interface DoorParts {
  readonly serverFactory: ServerFactory
  readonly loggerInstance: FastifyBaseLogger
}

export interface Door {
  readonly app: FastifyInstance
  readonly serverFactory: ServerFactory
}

/** What Fastify is told for every door. */
export const fastifyOptions = ({ loggerInstance }: DoorParts) => ({
  loggerInstance,
  logController: new LogController({ disableRequestLogging: true }),
  /** Takes the place of Fastify's own listener: `answerError` has answered by then. */
  clientErrorHandler: (): void => undefined
})

export interface ServerFactoryOptions {
  /** For each wait on a caller: a head, a pause in a body, a pause in taking an answer. */
  readonly timeoutMs: number
  /** Follows each request from when it is its turn. */
  readonly follow?: ((listener: RequestListener) => RequestListener) | undefined
}

export const createServerFactory = ({ timeoutMs, follow }: ServerFactoryOptions): ServerFactory => {
  const connections = new Connections()
  const drain = new Drain(connections)
  return {
    createServer: (options, listener, answerError = answerClientError) => {
      const followed = follow === undefined ? listener : follow(listener)
      const server = createServer({ ...headLimits(timeoutMs), ...options }, connections.inTurn(followed))
      // Node would leave out fields beyond a number of them; their bytes are limited.
      server.maxHeadersCount = 0
      connections.addServer(server)
      drain.addServer(server)
      limitPauses(server, connections, { timeoutMs, answerError })
      return server
    },
    finish: async (closing, finishMs) => {
      let cutRequests = 0
      const timer = setTimeout(() => {
        cutRequests = connections.cut()
      }, finishMs)
      await closing.finally(() => clearTimeout(timer))
      return cutRequests
    }
  }
}
