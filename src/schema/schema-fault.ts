/** One thing that a schema refused, as Ajv and Fastify tell it. */
export interface SchemaFault {
  readonly keyword: string
  /** JSON pointer, RFC 6901. */
  readonly instancePath: string
  readonly params: Readonly<Record<string, unknown>>
  readonly message?: string | undefined
  /** Only of an Ajv that is `verbose`. */
  readonly parentSchema?: Readonly<Record<string, unknown>> | undefined
}

/** Where the fault is, from the root: members by name, elements by index. A member that is missing or not known counts. */
export const stepsOf = ({ instancePath, params }: SchemaFault): string[] => {
  const steps = instancePath.split('/').slice(1).map(unescapePointer)
  const member = params['additionalProperty'] ?? params['missingProperty']
  return typeof member === 'string' ? [...steps, member] : steps
}

/** As one writes it: `entries[3].tags`; within `root` where that is given. */
export const printSteps = (steps: readonly string[], root = ''): string =>
  steps.reduce((text, step) => {
    if (text === '') return step
    return /^\d+$/.test(step) ? `${text}[${step}]` : `${text}.${step}`
  }, root)

/** What is said of a fault, by its keyword, where the reader knows better than Ajv. */
export type Wording = Partial<Record<string, string | ((fault: SchemaFault) => string | undefined)>>

/** The rule that was broken, in words: `must be <= 86400`. A value that must be one of several is told all of them. */
export const ruleOf = (fault: SchemaFault, wording: Wording): string => {
  const words = wording[fault.keyword]
  const own = typeof words === 'function' ? words(fault) : words
  if (own !== undefined) return own
  const choices = choicesOf(fault)
  return choices === undefined ? (fault.message ?? 'is not valid') : `must be one of ${choices.join(', ')}`
}

/** Words that are made of the description of the schema, where it has one. */
export const describedBy =
  (words: (description: string, fault: SchemaFault) => string) =>
  (fault: SchemaFault): string | undefined => {
    const description = fault.parentSchema?.['description']
    return typeof description === 'string' ? words(description, fault) : undefined
  }

const choicesOf = ({ keyword, params, parentSchema }: SchemaFault): readonly unknown[] | undefined => {
  if (keyword === 'enum') return listOf(params['allowedValues'])
  const choices = keyword === 'anyOf' ? listOf(parentSchema?.['anyOf']) : undefined
  return choices?.every(isConstant) === true ? choices.map((choice) => choice.const) : undefined
}

const listOf = (value: unknown): readonly unknown[] | undefined => (Array.isArray(value) ? value : undefined)

const isConstant = (schema: unknown): schema is { readonly const: unknown } =>
  typeof schema === 'object' && schema !== null && 'const' in schema

/** RFC 6901 §4. */
const unescapePointer = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~')
