import type { TSchema } from '@sinclair/typebox'
import { Ajv, type ValidateFunction } from 'ajv'
import type { FastifyInstance } from 'fastify'

/**
 * Strict validation: nothing is coerced, nothing unknown is dropped. A schema is compiled when a request first
 * needs it, which takes that work, most of the start of a door, out of the start.
 */
export const useCompilers = (app: FastifyInstance): void => {
  // The schemas come from TypeBox: checking them against the schema of schemas would find nothing.
  const ajv = new Ajv({ meta: false, validateSchema: false, addUsedSchema: false })
  app.setValidatorCompiler<TSchema>(({ schema }) => {
    let validate: ValidateFunction | undefined
    return (value: unknown) => {
      validate ??= ajv.compile(schema)
      return validate(value) ? { value } : { error: validate.errors ?? [] }
    }
  })
  app.setSerializerCompiler(() => JSON.stringify)
}
