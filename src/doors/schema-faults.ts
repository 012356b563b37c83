import type { FastifyError } from 'fastify'

import { printSteps, ruleOf, type SchemaFault, stepsOf, type Wording } from '../schema/schema-fault.js'
import { type Fault, ProblemError } from './problem.js'

/** What a schema refused. */
export const invalid = (
  faults: readonly SchemaFault[],
  part: FastifyError['validationContext'],
  cause?: FastifyError
): ProblemError => {
  const errors = faultsOf(faults, part)
  const detail = errors.map((fault) => `${fault.field} ${fault.detail}.`).join(' ')
  return new ProblemError(400, detail, { errors, cause })
}

/** By the field as the caller wrote it: `ttl`, `entries[3].tags`, `body`. */
const faultsOf = (faults: readonly SchemaFault[], part: FastifyError['validationContext']): Fault[] => {
  // Where one of several is to hold, what each of them lacks says less than that.
  const choices = faults.filter(({ keyword }) => keyword === 'oneOf' || keyword === 'anyOf')
  return (choices.length > 0 ? choices : faults).map((fault) => ({
    field: fieldOf(fault, part),
    detail: ruleOf(fault, WORDING)
  }))
}

const WORDING: Wording = {
  additionalProperties: 'is not known here',
  required: 'is required',
  pattern: 'has not the form that /openapi.json tells',
  oneOf: 'must have either value or base64',
  anyOf: 'must name something in keys, tags, patterns or all'
}

const FIELD_MAX_LENGTH = 200

const fieldOf = (fault: SchemaFault, part: FastifyError['validationContext']): string => {
  const steps = stepsOf(fault)
  // A parameter that is given several times has no places to point at.
  const field = printSteps(part === 'querystring' ? steps.slice(0, 1) : steps)
  return (field === '' ? 'body' : field).slice(0, FIELD_MAX_LENGTH)
}
