import type { Subject } from '../subject.js'
import { startFloor } from './floor.js'

export const nodeHttp: Subject = {
  name: 'bare node:http',
  missing: async () => undefined,
  start: (options) => startFloor('node-http.mjs', options)
}
