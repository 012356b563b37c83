import type { ErrorObject } from 'ajv'
import { shown } from './shown.js'

/** One line for all problems, without the value of a secret. */
export const describe = (
  error: unknown,
  environment: Readonly<Record<string, string | undefined>>
): string => {
  const problems =
    error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? error.errors : []
  const byName = new Map<string, string[]>()
  for (const problem of problems as ErrorObject[]) {
    const name = problem.instancePath.slice(1)
    byName.set(name, [...(byName.get(name) ?? []), allowed(problem)])
  }
  if (byName.size === 0) return error instanceof Error ? error.message : String(error)
  return [...byName]
    .map(([name, texts]) => {
      return `${name}=${shown(name, environment[name] ?? '')}: ${[...new Set(texts.filter((text) => text !== ''))].join(' ')}`
    })
    .join('; ')
}

const allowed = ({ keyword, message, parentSchema }: ErrorObject): string => {
  if (keyword === 'const') return ''
  if (keyword === 'anyOf') {
    const choices: unknown = parentSchema?.['anyOf']
    const names = Array.isArray(choices) ? choices.map((choice: { const: string }) => choice.const) : []
    return `must be one of ${names.join(', ')}`
  }
  const words: unknown = keyword === 'pattern' ? parentSchema?.['description'] : undefined
  return typeof words === 'string' ? `${message ?? ''} (${words})` : (message ?? '')
}
