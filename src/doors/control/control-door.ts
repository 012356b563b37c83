import type { RequestListener } from 'node:http'
import { fastify, type FastifyInstance } from 'fastify'
import { NAME_MAX_BYTES } from '../../cache/names.js'
import { CancelSource } from '../../concurrency/cancellation.js'
import { type DoorParts, fastifyOptions, KEEP_ALIVE_MS } from '../server-factory.js'
import { useCompilers } from '../compilers.js'
import { answerMethods, answerUnreadable } from '../methods.js'
import { badInput, sendProblem } from '../problem.js'
import { answerWithProblems, toProblem } from '../to-problem.js'
import { createAdmission, type RefusalOf } from './admission.js'
import { analyticsRoutes } from './analytics-routes.js'
import { bulkMaxBytes, bulkRoutes } from './bulk-routes.js'
import type { ControlContext, ControlParts } from './control-context.js'
import { document } from './documentation.js'
import { entryRoutes, incrementRoute, putRoute } from './entry-routes.js'
import { deleteRoute, invalidationRoutes } from './invalidation-routes.js'
import { takeJson } from './json-bodies.js'
import { parseInSlices } from './json-in-slices.js'
import { parseKeepingJson } from './json-members.js'
import { listRoute } from './list-route.js'
import { lockRoutes, lockStateRoutes } from './lock-routes.js'
import { loggingRoutes } from './logging-routes.js'
import { createNameFields, NAME_KEYWORD } from './names.js'
import { readQuery } from './query.js'
import { reportRoutes } from './report-routes.js'
import { createSchemas } from './schemas.js'
import { setRoute } from './set-route.js'
import { type AnswerValue, createValueReads, plainKeyOf } from './value-reads.js'

export interface ControlDoorOptions extends ControlParts, DoorParts {
  readonly keyPrefix: string
  /** Asked of every request when given. */
  readonly token: string | undefined
  /** Names beside the loopback ones that it may be called by without a token, lower case. */
  readonly hosts: readonly string[]
  /** Told of the route of each request, where somebody follows requests. */
  readonly nameRoute?: ((route: string) => void) | undefined
}

/** The door for the backend in the same pod. Input that it refuses changes nothing. Does not listen yet. */
export const createControlDoor = (options: ControlDoorOptions): FastifyInstance => {
  const state = { isClosing: false }
  const closing = new CancelSource()
  const refusalOf = createAdmission(options)
  const fields = createNameFields(options.keyPrefix)
  const answerValue = createValueReads({ values: options.values, fields, log: options.loggerInstance, state })
  const app = createApplication(options, refusalOf, answerValue)
  addHooks(app, refusalOf, () => {
    state.isClosing = true
    closing.cancel()
  })
  if (options.nameRoute !== undefined) addRouteNames(app, options.nameRoute)
  document(app, { hasToken: options.token !== undefined })
  addRoutes(app, { ...options, fields, schemas: createSchemas(options), answerValue, closing })
  return app
}

const createApplication = (
  options: ControlDoorOptions,
  refusalOf: RefusalOf,
  answerValue: AnswerValue
): FastifyInstance => {
  const app = fastify({
    ...fastifyOptions(options),
    serverFactory: (handle) =>
      options.serverFactory.createServer(
        { keepAliveTimeout: KEEP_ALIVE_MS },
        plainReadsFirst(handle, { refusalOf, answerValue, nameRoute: options.nameRoute }),
        (error, socket) => answerUnreadable(app, error, socket)
      ),
    // One logger for all requests: making one for each costs more than what a line says of its request is worth.
    childLoggerFactory: (logger) => logger,
    // A character of a key takes up to three in the path for each of its bytes.
    routerOptions: { maxParamLength: 3 * (NAME_MAX_BYTES + Buffer.byteLength(options.keyPrefix)) },
    frameworkErrors: (error, request, reply) => {
      sendProblem(reply, refusalOf(request.raw) ?? toProblem(error))
    },
    // What arrives while the door closes is answered like everything before it.
    return503OnClosing: false
  })
  return app
}

/** Plain reads (see `plainKeyOf`) are answered before Fastify. It gets all others, and refuses what has to be refused. */
const plainReadsFirst =
  (handle: RequestListener, { refusalOf, answerValue, nameRoute }: PlainReads): RequestListener =>
  (request, response) => {
    const key = plainKeyOf(request)
    if (key !== undefined && refusalOf(request) === undefined) {
      nameRoute?.(READ_ROUTE)
      void answerValue(key, response)
    } else handle(request, response)
  }

interface PlainReads extends Pick<ControlDoorOptions, 'nameRoute'> {
  readonly refusalOf: RefusalOf
  readonly answerValue: AnswerValue
}

const READ_ROUTE = '/v1/entries/:key'

const addRouteNames = (app: FastifyInstance, nameRoute: (route: string) => void): void => {
  app.addHook('onRequest', ({ routeOptions: { url } }, _reply, done) => {
    if (url !== undefined) nameRoute(url)
    done()
  })
}

const addHooks = (app: FastifyInstance, refusalOf: RefusalOf, close: () => void): void => {
  useCompilers(app, { keywords: [NAME_KEYWORD] })
  answerWithProblems(app)
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    done(refusalOf(raw))
  })
  answerMethods(app)
  app.addHook('preValidation', readQuery)
  app.addHook('preClose', (done) => {
    close()
    done()
  })
}

/** Each group of routes in an application of its own, with the parser of the bodies that it takes. */
const addRoutes = (app: FastifyInstance, context: ControlContext): void => {
  app.removeAllContentTypeParsers()
  void app.register(putRoute, context)
  void app.register(async (bodiless) => {
    // Clients that always name a type are fine as long as the body is empty.
    bodiless.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) =>
      parsed(body.length === 0 ? null : badInput('body', 'must be empty here'))
    )
    await bodiless.register(entryRoutes, context)
    await bodiless.register(listRoute, context)
    await bodiless.register(lockStateRoutes, context)
    await bodiless.register(deleteRoute, context)
    await bodiless.register(reportRoutes, context)
    await bodiless.register(analyticsRoutes, context)
  })
  const limit = bulkMaxBytes(context.maxEntryBytes)
  void app.register(async (json) => {
    takeJson(json, { limit, read: parseKeepingJson })
    await json.register(setRoute, context)
  })
  void app.register(async (json) => {
    takeJson(json, { limit, read: parseInSlices })
    await json.register(bulkRoutes, context)
    await json.register(incrementRoute, context)
    await json.register(invalidationRoutes, context)
    await json.register(lockRoutes, context)
    await json.register(loggingRoutes, context)
  })
}
