import type { ErrorObject } from 'ajv'

const SECRETS = new Set(['CONTROL_TOKEN', 'REDIS_URL', 'REDIS_PASSWORD', 'WARM_IDENTITY'])

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
      const value = SECRETS.has(name) ? '(hidden)' : inOneLine(environment[name] ?? '')
      return `${name}=${value}: ${[...new Set(texts.filter((text) => text !== ''))].join(' ')}`
    })
    .join('; ')
}

/** Without line breaks, and without the password of an address. */
const inOneLine = (value: string): string =>
  value.replaceAll(/\p{Cc}+/gu, ' ').replace(/(?<=\/\/)[^/]*@/, '(hidden)@')

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
