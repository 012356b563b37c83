import { KindGuard, type TSchema } from '@sinclair/typebox'
import type { preValidationHookHandler } from 'fastify'
import { badInput } from '../problem.js'

/**
 * A query is text, and the schemas speak of integers and arrays. Only what is unambiguous is converted: the
 * canonical decimal text of a declared integer, and one value of a declared array. Everything else is left for
 * the schema to refuse.
 */
export const readQuery: preValidationHookHandler = (request, _reply, done) => {
  const queryAt = request.url.indexOf('?')
  if (queryAt < 0) {
    done()
    return
  }
  const malformed = malformedIn(request.url.slice(queryAt + 1))
  if (malformed !== undefined) {
    done(badInput(malformed, 'has a malformed escape or is no UTF-8'))
    return
  }
  const declared = propertiesOf(request.routeOptions.schema?.querystring)
  request.query = Object.fromEntries(
    Object.entries(request.query ?? {}).map(([name, value]) => [name, converted(value, declared[name])])
  )
  done()
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
const malformedIn = (query: string): string | undefined =>
  query
    .split('&')
    .find((parameter) => decoded(parameter) === undefined)
    ?.split('=', 1)[0]
    ?.slice(0, 200)

/** Without its percent-encoding; `undefined` for a malformed escape, or what is no UTF-8. */
export const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
