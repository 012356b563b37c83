import type { FastifyInstance, FastifyRequest } from 'fastify'
import { countOf, newCounters, type Failure, type State } from './state.js'

/** The controls for other processes, under `/__origin/`: neither counted nor delayed nor failed. */
export const addControls = (app: FastifyInstance, state: State, reset: () => void): void => {
  app.get('/__origin/counters', () => ({
    total: countOf(state.counters.requests, undefined),
    requests: Object.fromEntries(state.counters.requests),
    aborted: Object.fromEntries(state.counters.aborted)
  }))
  app.delete('/__origin/counters', (_request, reply) => {
    state.counters = newCounters()
    return reply.code(204).send()
  })
  app.put('/__origin/fail', (request, reply) => {
    const fail = failureOf(request.body)
    if (fail === 'unknown')
      return reply.code(400).send({ detail: 'Say {"status":500}, "hang", "reset" or null.' })
    state.fail = fail
    return reply.code(204).send()
  })
  app.put('/__origin/latency', (request, reply) => {
    const minMs = numberIn(request, 'minMs')
    const maxMs = numberIn(request, 'maxMs')
    if (minMs === undefined || maxMs === undefined)
      return reply.code(400).send({ detail: 'Say minMs and maxMs.' })
    state.latency = { minMs, maxMs }
    return reply.code(204).send()
  })
  app.post('/__origin/reset', (_request, reply) => {
    reset()
    return reply.code(204).send()
  })
}

const failureOf = (body: unknown): Failure | undefined | 'unknown' => {
  if (body === null) return undefined
  if (body === 'hang' || body === 'reset') return body
  if (typeof body !== 'object' || !('status' in body) || typeof body.status !== 'number') return 'unknown'
  return { status: body.status }
}

const numberIn = ({ body }: FastifyRequest, name: string): number | undefined => {
  if (typeof body !== 'object' || body === null) return undefined
  const value: unknown = Object.entries(body).find(([key]) => key === name)?.[1]
  return typeof value === 'number' && value >= 0 ? value : undefined
}
