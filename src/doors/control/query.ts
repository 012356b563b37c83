import { KindGuard, type TSchema } from '@sinclair/typebox'
import type { FastifyRequest, preValidationAsyncHookHandler } from 'fastify'

import { badInput } from '../problem.js'

/**
 * A query is text, and the schemas speak of integers and arrays. Only what is unambiguous is converted: the
 * canonical decimal text of a declared integer, and one value of a declared array. Everything else is left for
 * the schema to refuse.
 */
export const readQuery: preValidationAsyncHookHandler = async (request) => {
  refuseMalformedEscapes(request.url)
  const declared = propertiesOf(request.routeOptions.schema?.querystring)
  request.query = Object.fromEntries(
    Object.entries(request.query ?? {}).map(([name, value]) => [name, converted(value, declared[name])])
  )
}

const propertiesOf = (schema: unknown): Partial<Record<string, TSchema>> =>
  KindGuard.IsObject(schema) ? schema.properties : {}

const converted = (value: unknown, schema: TSchema | undefined): unknown => {
  if (typeof value !== 'string') return value
  if (KindGuard.IsArray(schema)) return [value]
  return KindGuard.IsInteger(schema) && CANONICAL_INTEGER.test(value) ? Number(value) : value
}

const CANONICAL_INTEGER = /^(?:0|-?[1-9]\d{0,14})$/

/** The parser of queries keeps an escape that it cannot read as it is, which would be another name. */
const refuseMalformedEscapes = (url: FastifyRequest['url']): void => {
  const [, query = ''] = /\?(.*)/s.exec(url) ?? []
  for (const parameter of query.split('&')) {
    try {
      decodeURIComponent(parameter)
    } catch {
      throw badInput(parameter.split('=', 1)[0]?.slice(0, 200) ?? '', 'has a malformed escape or is no UTF-8')
    }
  }
}
