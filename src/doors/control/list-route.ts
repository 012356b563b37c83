import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import type { Static } from '@sinclair/typebox'
import { badInput } from '../problem.js'
import { KeysAnswer } from './answers.js'
import type { ControlContext } from './control-context.js'
import { LIST_COUNT, PROBLEMS } from './schemas.js'

/** `GET /v1/entries`: which keys there are. */
export const listRoute: FastifyPluginCallbackTypebox<ControlContext> = (app, context, done) => {
  const { values, fields, schemas } = context
  app.get(
    '/v1/entries',
    {
      schema: {
        summary: 'List the keys of values',
        description:
          'A page at a time: the next one is asked for with the cursor of this one, until that is null. A value that is there all the time is listed, perhaps twice; one that comes or goes meanwhile may be.',
        querystring: schemas.ListQuery,
        response: { 200: KeysAnswer, ...PROBLEMS }
      }
    },
    async ({ query }): Promise<Static<typeof KeysAnswer>> => {
      const { pattern = '*', cursor, count = LIST_COUNT.default } = query
      const listed = await values.list({ pattern: fields.pattern(pattern, 'pattern'), cursor, count })
      if (listed === undefined) throw badInput('cursor', 'is none that this cache has given')
      return { keys: [...listed.keys], cursor: listed.cursor ?? null }
    }
  )
  done()
}
