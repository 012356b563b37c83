import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { fastify, type FastifyInstance, type RouteOptions } from 'fastify'

import { useCompilers } from '../compilers.js'
import { answerWithProblems } from '../to-problem.js'

/** An application that describes the routes; it does not serve them. */
export const createDocumentation = async (
  described: readonly RouteOptions[],
  options: { readonly hasToken: boolean }
): Promise<FastifyInstance> => {
  const app = fastify()
  const bearer = { type: 'http', scheme: 'bearer' } as const
  useCompilers(app)
  answerWithProblems(app)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Control API of the SPMS cache sidecar',
        version: '1',
        description: 'Stores, reads and invalidates values beside the backend. Errors are RFC 9457 problems.'
      },
      ...(options.hasToken && {
        components: { securitySchemes: { bearer } },
        security: [{ bearer: [] }]
      })
    }
  })
  await app.register(swaggerUi, { routePrefix: '/docs' })
  for (const { method, url, schema = {} } of described) {
    app.route({
      method,
      url,
      schema,
      exposeHeadRoute: false,
      handler: (_request, reply) => reply.callNotFound()
    })
  }
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
  await app.ready()
  return app
}
