import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'

import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest
} from 'fastify'

import { NAME_MAX_BYTES } from '../../cache/names.js'
import { type ServerFactory, clientErrorHandler } from '../server-factory.js'
import { useCompilers } from '../compilers.js'
import { answerMethods, answerUnreadable } from '../methods.js'
import { answerWithProblems, badInput, sendProblem, toProblem } from '../problem.js'
import { createAdmission } from './admission.js'
import { bulkMaxBytes, bulkRoutes } from './bulk-routes.js'
import type { ControlContext, ControlParts } from './control-context.js'
import { document } from './documentation.js'
import { entryRoutes, putRoute } from './entry-routes.js'
import { invalidationRoutes } from './invalidation-routes.js'
import { parseInSlices } from './json-in-slices.js'
import { createNameFields } from './name-fields.js'
import { NAME_KEYWORD } from './name-schemas.js'
import { readQuery } from './query.js'
import { reportRoutes } from './report-routes.js'
import { incrementRoute, touchRoute } from './rewrite-routes.js'
import { createSchemas } from './schemas.js'
import { createValueReads, plainKeyOf } from './value-reads.js'
import { warmRoutes } from './warm-routes.js'
import { wholeBody } from './whole-body.js'

export interface ControlDoorOptions extends ControlParts {
  readonly keyPrefix: string
  readonly maxTtlSeconds: number
  /** Asked of every request when given. */
  readonly token: string | undefined
  /** Names beside the loopback ones that it may be called by without a token, lower case. */
  readonly hosts: readonly string[]
  readonly callers: ServerFactory
  readonly loggerInstance: FastifyBaseLogger
}

/** Fastify's own. */
const KEEP_ALIVE_MS = 72_000

/** The door for the backend in the same pod. Input that it refuses changes nothing. Does not listen yet. */
export const createControlDoor = (options: ControlDoorOptions): FastifyInstance => {
  const refusalOf = createAdmission(options)
  const fields = createNameFields(options.keyPrefix)
  let isClosing = false
  const readValue = createValueReads({
    values: options.values,
    fields,
    log: options.loggerInstance,
    isClosing: () => isClosing
  })
  const app = fastify({
    serverFactory: (handle) =>
      options.callers.createServer(
        { keepAliveTimeout: KEEP_ALIVE_MS },
        (request, response) => {
          const key = plainKeyOf(request)
          if (key !== undefined && refusalOf(request) === undefined) {
            void readValue(key, request, response)
          } else handle(request, response)
        },
        (error, socket) => answerUnreadable(app, error, socket)
      ),
    loggerInstance: options.loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    // One logger for all requests: making one for each costs more than what a line says of its request is worth.
    childLoggerFactory: (logger) => logger,
    // A character of a key takes up to three in the path for each of its bytes.
    routerOptions: { maxParamLength: 3 * (NAME_MAX_BYTES + Buffer.byteLength(options.keyPrefix)) },
    frameworkErrors: (error, request, reply) => {
      sendProblem(reply, refusalOf(request.raw) ?? toProblem(error))
    },
    clientErrorHandler,
    // What arrives while the door closes is answered like everything before it.
    return503OnClosing: false
  })
  const context: ControlContext = {
    ...options,
    fields,
    schemas: createSchemas(options),
    readValue
  }

  useCompilers(app, { keywords: [NAME_KEYWORD] })
  answerWithProblems(app)
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    done(refusalOf(raw))
  })
  answerMethods(app)
  app.addHook('preValidation', readQuery)
  app.addHook('preClose', (done) => {
    isClosing = true
    done()
  })
  app.removeAllContentTypeParsers()
  document(app, { hasToken: options.token !== undefined })

  void app.register(putRoute, context)
  void app.register(async (bodiless) => {
    takeNoBody(bodiless)
    await bodiless.register(entryRoutes, context)
    await bodiless.register(touchRoute, context)
    await bodiless.register(reportRoutes, context)
    await bodiless.register(warmRoutes, context)
  })
  void app.register(async (json) => {
    takeJson(json, bulkMaxBytes(options.maxEntryBytes))
    await json.register(bulkRoutes, context)
    await json.register(incrementRoute, context)
    await json.register(invalidationRoutes, context)
  })
  return app
}

/** Clients that always name a type are fine as long as the body is empty. */
const takeNoBody = (app: FastifyInstance): void => {
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) =>
    done(body.length === 0 ? null : badInput('body', 'must be empty here'))
  )
}

const takeJson = (app: FastifyInstance, limit: number): void => {
  app.addContentTypeParser(
    'application/json',
    { bodyLimit: limit },
    async (request: FastifyRequest, payload: IncomingMessage) => {
      const length = request.headers['content-length']
      const announced = length === undefined ? undefined : Number(length)
      const body = await wholeBody(payload, { announced, limit })
      if (!isUtf8(body)) throw badInput('body', 'must be UTF-8')
      return parseInSlices(body, parseJson)
    }
  )
}

/** What the schemas do not know they refuse, also under the name `__proto__`. */
const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw badInput('body', text.trim() === '' ? 'must not be empty' : 'is no valid JSON')
  }
}
