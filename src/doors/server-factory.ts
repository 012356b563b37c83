import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import { Connections } from './connections.js'
import { Drain } from './drain.js'
import { Pipeline } from './pipeline.js'
import { answerClientError } from './problem.js'
import { type AnswerClientError, headLimits, limitPauses } from './time-limits.js'

export interface ServerFactoryOptions {
  /** For each wait on a caller: a head, a pause in a body, a pause in taking an answer. In milliseconds. */
  readonly timeoutMs: number
}

/** Those who are connected to a door: no wait on one of them has no end. */
export interface ServerFactory {
  /** A server of the door; `answerError` answers what cannot be read or is late, and closes the connection. */
  createServer(options: ServerOptions, listener: RequestListener, answerError?: AnswerClientError): Server
  /**
   * Resolves with `closing`, the end of the door's servers. What is not answered after `timeoutMs` is cut, and so many
   * requests are the result.
   */
  finish(closing: Promise<unknown>, timeoutMs: number): Promise<number>
}

/** For Fastify, which listens beside the server: it has answered already. */
export const clientErrorHandler = (): void => undefined

export const createServerFactory = ({ timeoutMs }: ServerFactoryOptions): ServerFactory => {
  const connections = new Connections()
  const drain = new Drain(connections)
  const pipeline = new Pipeline()

  const cut = (): number => {
    const { length } = connections.openResponses()
    for (const socket of connections.sockets()) socket.destroy()
    return length
  }

  return {
    createServer: (options, listener, answerError = answerClientError) => {
      const server = createServer({ ...headLimits(timeoutMs), ...options }, (request, response) => {
        // Those that were in the packet of one that was too many.
        if (request.socket.destroyed) return
        const earlier = connections.add(request, response)
        drain.add(response)
        if (earlier === undefined) listener(request, response)
        else pipeline.wait(request.socket, earlier, () => listener(request, response))
      })
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
        cutRequests = cut()
      }, finishMs)
      await closing.finally(() => clearTimeout(timer))
      return cutRequests
    }
  }
}
