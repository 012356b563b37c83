import type { FastifyInstance, RouteOptions } from 'fastify'

/**
 * `/openapi.json`, generated from the schemas that validate, and `/docs`, which shows it without any network.
 * They are an application of their own, made when somebody first asks, because its modules would take a good
 * part of the start of the sidecar. Call it before the routes that it describes are added.
 */
export const document = (app: FastifyInstance, options: { readonly hasToken: boolean }): void => {
  const described: RouteOptions[] = []
  let documentation: Promise<FastifyInstance> | undefined
  const open = async (): Promise<FastifyInstance> => {
    const { createDocumentation } = await import('./documentation-app.js')
    return createDocumentation(described, options)
  }

  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/v1/') && route.method !== 'HEAD') described.push(route)
  })
  for (const url of ['/openapi.json', '/docs', '/docs/*']) {
    app.get(url, async (request, reply) => {
      const application = await (documentation ??= open())
      reply.hijack()
      application.routing(request.raw, reply.raw)
    })
  }
}
