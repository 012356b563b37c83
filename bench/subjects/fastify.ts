import type { Subject } from '../subject.js'
import { startFloor } from './floor.js'

export const fastify: Subject = {
  name: 'bare Fastify',
  missing: async () => undefined,
  start: (options) => startFloor('fastify.mjs', options)
}
