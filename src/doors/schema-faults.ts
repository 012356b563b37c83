import type { FastifyError, FastifySchemaValidationError } from 'fastify'

import type { Fault } from './problem.js'

/** What a schema refused, by the field as the caller wrote it: `ttl`, `entries[3].tags`, `body`. */
export const faultsOf = (
  validation: readonly FastifySchemaValidationError[],
  part: FastifyError['validationContext']
): Fault[] => {
  // Where one of several is to hold, what each of them lacks says less than that.
  const choices = validation.filter(({ keyword }) => keyword === 'oneOf' || keyword === 'anyOf')
  return (choices.length > 0 ? choices : validation).map((failure) => ({
    field: fieldOf(failure, part),
    detail: DETAILS[failure.keyword] ?? failure.message ?? 'is not valid'
  }))
}

const DETAILS: Partial<Record<string, string>> = {
  additionalProperties: 'is not known here',
  required: 'is required',
  pattern: 'has not the form that /openapi.json tells',
  oneOf: 'must have either value or base64',
  anyOf: 'must name something in keys, tags, patterns or all'
}

const FIELD_MAX_LENGTH = 200

const fieldOf = (
  { instancePath, params }: FastifySchemaValidationError,
  part: FastifyError['validationContext']
): string => {
  const path = instancePath.split('/').slice(1).map(unescapePointer)
  const inner = params['additionalProperty'] ?? params['missingProperty']
  if (typeof inner === 'string') path.push(inner)
  // A parameter that is given several times has no places to point at.
  const [first = 'body', ...rest] = part === 'querystring' ? path.slice(0, 1) : path
  return (first + rest.map(asStep).join('')).slice(0, FIELD_MAX_LENGTH)
}

const asStep = (segment: string): string => (/^\d+$/.test(segment) ? `[${segment}]` : `.${segment}`)

/** RFC 6901 §4. */
const unescapePointer = (segment: string): string => segment.replaceAll('~1', '/').replaceAll('~0', '~')
