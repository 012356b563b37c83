import { isObject } from '../http/body.js'

export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)

/** Where in a JSON body a value lies: `a.b`, with `*` for every element of an array. */
export interface Pick {
  readonly path: readonly string[]
  /** Forgives an absent or null value, and nothing else: another shape may hide what the path looks for. */
  readonly isOptional: boolean
}

/** The values at the path, without the absent ones; `undefined` when one is missing or the shape is another. */
export const pick = (body: unknown, { path, isOptional }: Pick): readonly unknown[] | undefined => {
  const found: unknown[] = []
  const walk = (value: unknown, at: number): boolean => {
    if (value === undefined || value === null) return isOptional
    const step = path[at]
    if (step === undefined) {
      found.push(value)
      return true
    }
    if (step === '*') return isList(value) && walkAll(value, at + 1)
    return isObject(value) && walk(Object.hasOwn(value, step) ? value[step] : undefined, at + 1)
  }
  const walkAll = (values: readonly unknown[], at: number): boolean => {
    for (const value of values) if (!walk(value, at)) return false
    return true
  }
  return body !== undefined && walk(body, 0) ? found : undefined
}
