import { subscribe } from 'node:diagnostics_channel'
import { Agent, ClientRequest } from 'node:http'
import { Agent as TlsAgent } from 'node:https'

interface ExportAgentOptions {
  /** Certificate of the collector's authority in PEM, in place of the usual ones. */
  readonly ca: string | undefined
  /** Longest that one request takes, with all of its answer. */
  readonly timeoutMs: number
}

/** Milliseconds of each request of an agent. */
const bounds = new WeakMap<Agent, number>()

const bound = (request: ClientRequest, timeoutMs: number): void => {
  request.on('error', () => undefined)
  const overdue = () => request.destroy(new Error(`no whole answer within ${timeoutMs} ms`))
  const timer = setTimeout(overdue, timeoutMs)
  request.once('close', () => clearTimeout(timer))
}

const fieldOf = (of: unknown, name: string): unknown =>
  typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined

// Once for the process: this module is loaded only where telemetry is on.
subscribe('http.client.request.created', (message) => {
  const request = fieldOf(message, 'request')
  if (!(request instanceof ClientRequest)) return
  const agent = fieldOf(request, 'agent')
  const timeoutMs = agent instanceof Agent ? bounds.get(agent) : undefined
  if (timeoutMs !== undefined) bound(request, timeoutMs)
})

/**
 * Makes the agents of the exporters, whose requests end in time and without harm. The SDK alone waits only for a silent
 * collector, so that one which sends an answer without end holds a place for ever; so does a last repetition for which
 * 0 ms are left. With -1 ms left it throws once the request is made, and nobody hears when that breaks: the process ends.
 */
export const createExportAgents =
  ({ ca, timeoutMs }: ExportAgentOptions) =>
  (protocol: string): Agent => {
    const agent =
      protocol === 'https:' ? new TlsAgent({ keepAlive: true, ca }) : new Agent({ keepAlive: true })
    bounds.set(agent, timeoutMs)
    return agent
  }
