import { setTimeout } from 'node:timers/promises'
import type { FastifyRequest } from 'fastify'
import type { Latency } from './state.js'

/** Resolves when the answer is due; at once for 0 ms. */
export const delayOf = async (
  request: FastifyRequest,
  latency: Latency,
  wishedMs: number | undefined,
  random: () => number
): Promise<void> => {
  const delay = wishedMs ?? drawn(request, latency, random)
  if (typeof delay !== 'number') await delay
  else if (delay > 0) await setTimeout(delay)
}

const drawn = (
  request: FastifyRequest,
  latency: Latency,
  random: () => number
): number | Promise<unknown> => {
  if (typeof latency !== 'function') return latency.minMs + random() * (latency.maxMs - latency.minMs)
  return latency({ method: request.method, target: request.originalUrl, headers: request.headers })
}
