import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { debugPage, HTML } from './django.js'
import { count, type State } from './state.js'

/** What happens to every request of the API before its route: counted, failed when asked to, `Host` checked. */
export const addArrival = (app: FastifyInstance, state: State): void => {
  app.addHook('onRequest', (request, reply, done) => {
    const path = pathOf(request)
    const { counters } = state
    count(counters.requests, path)
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) count(counters.aborted, path)
    })
    if (state.fail !== undefined) {
      if (typeof state.fail === 'object') fail(reply, state.fail.status)
      else breakOff(reply, state.fail)
    } else if (!isAllowedHost(request, state.allowedHosts)) {
      void reply.code(400).type(HTML).send('<h1>Bad Request (400)</h1>')
    } else {
      done()
    }
  })
}

/** In development Django shows what went wrong, and where. */
const fail = (reply: FastifyReply, status: number): void =>
  void (status < 500
    ? reply.code(status).send({ detail: 'A failure was asked for.' })
    : reply.code(status).type(HTML).send(debugPage('A failure was asked for')))

/** Never answers, or closes the connection with an RST. */
export const breakOff = (reply: FastifyReply, failure: 'hang' | 'reset'): void => {
  reply.hijack()
  if (failure === 'reset') reply.request.raw.socket.resetAndDestroy()
}

export const pathOf = (request: FastifyRequest): string => request.originalUrl.replace(/\?.*$/, '')

/** The port does not count. */
const isAllowedHost = (request: FastifyRequest, allowed: readonly string[] | undefined): boolean =>
  allowed === undefined || allowed.includes(request.host.replace(/:\d+$/, ''))
