import { ConfigSchema } from '../src/config/config.js'

/** What of a setting's schema the table shows. */
interface Setting {
  readonly type?: string
  readonly anyOf?: readonly { readonly const: string }[]
  readonly default?: unknown
  readonly description?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
}

/** A bar ends a cell of a table, in code too. */
const code = (value: unknown): string => `\`${String(value).replaceAll('|', '\\|')}\``

const allowedBy = ({ anyOf, type, pattern, minimum = 0, maximum, ...length }: Setting): string => {
  if (anyOf !== undefined) return anyOf.map((choice) => code(choice.const)).join(', ')
  if (type === 'boolean') return '`true`, `false`'
  if (type === 'integer') return maximum === undefined ? `${minimum} or more` : `${minimum} to ${maximum}`
  if (pattern !== undefined) return code(pattern)
  const { minLength = 0, maxLength } = length
  if (maxLength !== undefined) return `up to ${maxLength} characters`
  return minLength > 1 ? `${minLength} characters or more` : 'text'
}

const rowOf = ([name, setting]: [string, Setting]): string => {
  const value = setting.default === undefined ? '–' : code(setting.default)
  return `| ${[code(name), value, allowedBy(setting), setting.description ?? ''].join(' | ')} |`
}

/** `docs/configuration.md`, before it is formatted: every setting as its schema has it. */
export const configurationDocument = (): string => {
  const settings: [string, Setting][] = Object.entries(ConfigSchema.properties)
  return `# Configuration

Environment variables. They are trimmed, and a blank one counts as not set. A bad one stops the start with one line that names it
and shows no secret. \`npm run docs\` writes this page from \`src/config/schema.ts\`.

| setting | default | allowed | what it is for |
| --- | --- | --- | --- |
${settings.map(rowOf).join('\n')}

- A host of \`ALLOWED_HOSTS\` that is called with a port is listed with the port.
- \`MAX_TTL\` below 3600 refuses the built-in resource table, whose branches and staff profiles live for an hour.
`
}
