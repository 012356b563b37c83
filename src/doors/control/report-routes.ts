import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'

import type { ControlContext } from './control-context.js'
import { NoQuery, PROBLEMS } from './schemas.js'
import { StatsSchema } from '../../telemetry/stats-schema.js'

/** What the cache tells about itself. */
export const reportRoutes: FastifyPluginCallbackTypebox<ControlContext> = (
  app,
  { stats, resources },
  done
) => {
  app.get(
    '/v1/stats',
    {
      schema: {
        summary: 'Figures per resource and in total',
        querystring: NoQuery,
        response: { 200: StatsSchema, ...PROBLEMS }
      }
    },
    () => stats()
  )
  app.get(
    '/v1/resources',
    {
      schema: {
        summary: 'The resource table in force',
        querystring: NoQuery,
        response: { 200: resources.schema, ...PROBLEMS }
      }
    },
    () => resources.table
  )
  done()
}
