import fastify, { type FastifyInstance } from 'fastify'
import { addArrival } from './arrival.js'
import { addControls } from './controls.js'
import type { Database } from './database.js'
import { addRoute } from './exchange.js'
import { formFields } from './fields.js'
import { addFiles } from './files.js'
import { seededRandom } from './random.js'
import { accountRoutes } from './routes/account.js'
import { agencyRoutes } from './routes/agencies.js'
import { memberRoutes } from './routes/members.js'
import { projectRoutes } from './routes/projects.js'
import { sessionRoutes } from './routes/session.js'
import { staffProfileRoutes } from './routes/staff-profiles.js'
import { userRoutes } from './routes/users.js'
import { seedDatabase, type Size } from './seed.js'
import { Sessions } from './sessions.js'
import { countOf, newCounters, type Counters, type Failure, type Latency, type State } from './state.js'
import type { CommitAt } from './wishes.js'

export interface OriginOptions extends Partial<Size> {
  readonly seed?: number
  /** 10–50 ms unless told. */
  readonly latency?: Latency
  readonly commitAt?: CommitAt
  readonly isCsrfChecked?: boolean
  /** Host names without port; every `Host` is right without them. */
  readonly allowedHosts?: readonly string[]
  /** Without it a connection is closed after each answer, as gunicorn's sync workers do. */
  readonly isKeptAlive?: boolean
}

export interface Origin {
  readonly app: FastifyInstance
  /** The data of this moment; after `reset` it is another object. */
  readonly database: Database
  readonly counters: Counters
  fail: Failure | undefined
  latency: Latency
  /** On 127.0.0.1 unless told; a free port without one. Resolves with the address. */
  listen(port?: number, host?: string): Promise<string>
  close(): Promise<void>
  /** Requests that have arrived at a path, or at all. */
  requests(path?: string): number
  aborted(path?: string): number
  /** A session without asking the API for it: the headers of a signed-in browser. */
  signIn(user: number): { readonly cookie: string; readonly 'x-csrftoken': string }
  /** Back to the state after `createOrigin`. */
  reset(): void
}

export const createOrigin = (options: OriginOptions = {}): Origin => {
  const initial = (): State => {
    const seed = options.seed ?? 1
    const size = {
      users: options.users ?? 60,
      projects: options.projects ?? 120,
      branches: options.branches ?? 12
    }
    return {
      database: seedDatabase(size, seededRandom(seed)),
      sessions: new Sessions(seededRandom(seed + 1)),
      counters: newCounters(),
      fail: undefined,
      latency: options.latency ?? { minMs: 10, maxMs: 50 },
      commitAt: options.commitAt ?? 'start',
      isCsrfChecked: options.isCsrfChecked ?? true,
      allowedHosts: options.allowedHosts,
      random: seededRandom(seed + 2)
    }
  }
  const state = initial()
  const reset = (): void => void Object.assign(state, initial())
  const app = buildApp(state, reset, options)
  return {
    app,
    get database() {
      return state.database
    },
    get counters() {
      return state.counters
    },
    get fail() {
      return state.fail
    },
    set fail(fail) {
      state.fail = fail
    },
    get latency() {
      return state.latency
    },
    set latency(latency) {
      state.latency = latency
    },
    listen: (port = 0, host = '127.0.0.1') => app.listen({ port, host }),
    close: () => app.close(),
    requests: (path) => countOf(state.counters.requests, path),
    aborted: (path) => countOf(state.counters.aborted, path),
    signIn: (user) => {
      const { sessionId, csrfToken } = state.sessions.open(user)
      return { cookie: `sessionid=${sessionId}; spmscsrf=${csrfToken}`, 'x-csrftoken': csrfToken }
    },
    reset
  }
}

const buildApp = (
  state: State,
  reset: () => void,
  { isKeptAlive = false }: OriginOptions
): FastifyInstance => {
  const app = fastify({ forceCloseConnections: true, bodyLimit: 64 * 1024 * 1024 })
  app.addContentTypeParser<Buffer>(FORMS, { parseAs: 'buffer' }, (request, body, parsed) =>
    parsed(null, formFields(request.headers['content-type'] ?? '', body))
  )
  void app.register((api, _options, done) => {
    addArrival(api, state)
    if (!isKeptAlive)
      api.addHook('onSend', (_request, reply, payload, sent) => {
        void reply.header('connection', 'close')
        sent(null, payload)
      })
    for (const route of ROUTES) addRoute(api, state, route)
    addFiles(api, state)
    api.get('/health/', () => ({ status: 'ok' }))
    api.setNotFoundHandler((_request, reply) =>
      reply.code(404).type('text/html; charset=utf-8').send('<h1>Not Found</h1>')
    )
    done()
  })
  addControls(app, state, reset)
  return app
}

const FORMS = ['application/x-www-form-urlencoded', 'multipart/form-data']

const ROUTES = [
  ...sessionRoutes,
  ...userRoutes,
  ...accountRoutes,
  ...staffProfileRoutes,
  ...projectRoutes,
  ...memberRoutes,
  ...agencyRoutes
]
