import { fastify, type FastifyInstance, type RouteOptions } from 'fastify'
import { useCompilers } from '../compilers.js'
import { answerWithProblems } from '../to-problem.js'

/**
 * `/openapi.json`, generated from the schemas that validate, and `/docs`, which shows it without any network.
 * They are an application of their own, made when somebody first asks, because its modules would take a good
 * part of the start of the sidecar. Call it before the routes that it describes are added.
 */
export const document = (app: FastifyInstance, options: { readonly hasToken: boolean }): void => {
  const described: RouteOptions[] = []
  let documentation: Promise<FastifyInstance> | undefined

  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/v1/') && route.method !== 'HEAD') described.push(route)
  })
  for (const url of ['/openapi.json', '/docs', '/docs/*']) {
    app.get(url, async (request, reply) => {
      const application = await (documentation ??= createDocumentation(described, options.hasToken))
      reply.hijack()
      application.routing(request.raw, reply.raw)
    })
  }
}

/** An application that describes the routes; it does not serve them. */
const createDocumentation = async (described: readonly RouteOptions[], hasToken: boolean) => {
  const { default: swagger } = await import('@fastify/swagger')
  const { default: swaggerUi } = await import('@fastify/swagger-ui')
  const app = fastify()
  useCompilers(app)
  answerWithProblems(app)
  const bearer = { type: 'http', scheme: 'bearer' } as const
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Control API of the SPMS cache sidecar',
        version: '1',
        description: 'Stores, reads and invalidates values beside the backend. Errors are RFC 9457 problems.'
      },
      ...(hasToken && { components: { securitySchemes: { bearer } }, security: [{ bearer: [] }] })
    }
  })
  await app.register(swaggerUi, { routePrefix: '/docs' })
  for (const { method, url, schema = {} } of described) {
    app.route({ method, url, schema, exposeHeadRoute: false, handler: (_, reply) => reply.callNotFound() })
  }
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
  await app.ready()
  return app
}
