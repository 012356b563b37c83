import { descriptionOf, ruleOf, type SchemaFault, type Wording } from '../schema/schema-fault.js'
import { shown } from './shown.js'

/** One line for all problems, without the value of a secret. */
export const describe = (
  problems: readonly SchemaFault[],
  environment: Readonly<Record<string, string | undefined>>
): string => {
  const byName = new Map<string, string[]>()
  for (const problem of problems) {
    const name = problem.instancePath.slice(1)
    byName.set(name, [...(byName.get(name) ?? []), ruleOf(problem, WORDING)])
  }
  return [...byName]
    .map(([name, texts]) => {
      return `${name}=${shown(name, environment[name] ?? '')}: ${[...new Set(texts.filter((text) => text !== ''))].join(' ')}`
    })
    .join('; ')
}

/** Each of several choices is refused by itself, too: the rule over all of them says enough. */
const WORDING: Wording = {
  const: '',
  pattern: (fault) => {
    const description = descriptionOf(fault)
    return description === undefined ? undefined : `${fault.message ?? ''} (${description})`
  }
}
