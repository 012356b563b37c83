import { describedBy, ruleOf, type SchemaFault, type Wording } from '../schema/schema-fault.js'

/** One line that names the variable, its value and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** One line for all problems, without the value of a secret. */
export const describe = (
  problems: readonly SchemaFault[],
  environment: Readonly<Record<string, string>>
): string => {
  const rulesOf = new Map<string, Set<string>>()
  for (const problem of problems) {
    const name = problem.instancePath.slice(1)
    const rule = ruleOf(problem, WORDING)
    rulesOf.set(name, (rulesOf.get(name) ?? new Set()).add(rule))
  }
  return [...rulesOf]
    .map(([name, rules]) => {
      const told = [...rules].filter((rule) => rule !== '')
      return `${name}=${shown(name, environment[name] ?? '')}: ${told.join(' ')}`
    })
    .join('; ')
}

/** A value of the environment as an error shows it: in one line, and without anything that is a secret. */
export const shown = (name: string, value: string): string => {
  const isHidden = SECRETS.has(name) || (ADDRESSES.has(name) && !PLAIN_ADDRESS.test(value))
  return isHidden ? '(hidden)' : value.replaceAll(/\p{Cc}+/gu, ' ')
}

/** A password that was given for its file is one, too. */
const SECRETS = new Set([
  ...['CONTROL_TOKEN', 'REDIS_URL', 'REDIS_PASSWORD', 'REDIS_PASSWORD_FILE', 'WARM_IDENTITY'],
  ...['OUTBOX_URL', 'OUTBOX_PASSWORD_FILE'],
  'OTEL_EXPORTER_OTLP_HEADERS'
])

/** Where an address that is not parsed could hold a password, nothing of it is shown. */
const ADDRESSES = new Set([
  'ORIGIN_URL',
  ...['', '_TRACES', '_METRICS'].map((signal) => `OTEL_EXPORTER_OTLP${signal}_ENDPOINT`)
])
const PLAIN_ADDRESS = /^[a-z]+:\/\/(?:[a-z\d._-]+|\[[\da-f:.]+\])(?::\d+)?(?:\/[\w./-]*)?$/i

/** Each of several choices is refused by itself, too: the rule over all of them says enough. */
const WORDING: Wording = {
  const: '',
  pattern: describedBy((description, { message = '' }) => `${message} (${description})`)
}
