import { KindGuard, type TArray, type TSchema } from '@sinclair/typebox'
import { Ajv, type FuncKeywordDefinition, type ValidateFunction } from 'ajv'
import type { FastifyInstance } from 'fastify'
import { isSliceOver, nextSlice } from '../concurrency/time-slices.js'
import { invalid } from './to-problem.js'

/**
 * Strict validation: nothing is coerced, nothing unknown is dropped. A schema is compiled when a request first
 * needs it: to compile all of them would be most of the time that a door takes to start.
 */
export const useCompilers = (
  app: FastifyInstance,
  options: { readonly keywords?: readonly FuncKeywordDefinition[] } = {}
): void => {
  // The schemas come from TypeBox: checking them would find nothing, but write lines of its own to the log.
  const ajv = new Ajv({ meta: false, validateSchema: false, addUsedSchema: false, strictTypes: false })
  for (const keyword of options.keywords ?? []) ajv.addKeyword(keyword)
  const compile = (schema: TSchema): (() => ValidateFunction) => {
    let validate: ValidateFunction | undefined
    return () => (validate ??= ajv.compile(schema))
  }

  app.setValidatorCompiler<TSchema>(({ schema, httpPart }) => {
    const lists = httpPart === 'body' ? listsOf(schema) : []
    if (lists.length > 0) {
      const inSlices = validatorInSlices(
        compile(withoutItems(schema, lists)),
        lists.map(({ name, items }) => ({ name, items: compile(items) }))
      )
      return (value: unknown) => Object.assign(inSlices(value), SAFE)
    }
    const whole = compile(schema)
    return (value: unknown) => {
      const validate = whole()
      return validate(value) ? { value } : { error: validate.errors ?? [] }
    }
  })
  app.setSerializerCompiler(() => JSON.stringify)
}

interface List<Items> {
  readonly name: string
  readonly items: Items
}

/** The members of an object that are lists: they may have thousands of elements. */
const listsOf = (schema: TSchema): readonly List<TSchema>[] => {
  if (!KindGuard.IsObject(schema)) return []
  const lists = Object.entries(schema.properties).filter((entry): entry is [string, TArray] =>
    KindGuard.IsArray(entry[1])
  )
  return lists.map(([name, { items }]) => ({ name, items }))
}

const withoutItems = (schema: TSchema, lists: readonly List<TSchema>[]): TSchema => {
  if (!KindGuard.IsObject(schema)) return schema
  const shells = lists.map(({ name }) => [name, { ...schema.properties[name], items: {} }] as const)
  return { ...schema, properties: { ...schema.properties, ...Object.fromEntries(shells) } }
}

/** What Fastify's types ask of a promise. */
const SAFE = { __linterBrands: 'SafePromiseLike' } as const

/** The same as validating the whole, one element of a list after another. Fastify takes what it rejects with as the error. */
const validatorInSlices =
  (shell: () => ValidateFunction, lists: readonly List<() => ValidateFunction>[]) =>
  async (value: unknown): Promise<boolean> => {
    const validate = shell()
    if (!validate(value)) throw invalid(validate.errors ?? [], 'body')
    for (const { name, items } of lists) {
      const list: unknown = Object.entries(value ?? {}).find(([member]) => member === name)?.[1]
      if (!Array.isArray(list)) continue
      const validateItem = items()
      for (const [at, each] of list.entries()) {
        if (isSliceOver()) await nextSlice()
        if (validateItem(each)) continue
        const errors = validateItem.errors ?? []
        throw invalid(
          errors.map((error) => ({ ...error, instancePath: `/${name}/${at}${error.instancePath}` })),
          'body'
        )
      }
    }
    return true
  }
