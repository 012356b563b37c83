import { LineCounter, parseDocument } from 'yaml'

export type ParsedYaml =
  | { readonly outcome: 'parsed'; readonly value: unknown }
  | { readonly outcome: 'malformed'; readonly problems: readonly string[] }

/** YAML 1.2 in its core schema. A tag or anchor that it does not know is a problem, too. */
export const parseYaml = (text: string): ParsedYaml => {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, prettyErrors: false })
  const problems = [...document.errors, ...document.warnings].map((error) => {
    const { line, col } = lineCounter.linePos(error.pos[0])
    return `line ${line}, column ${col}: ${error.message}`
  })
  if (problems.length > 0) return { outcome: 'malformed', problems }
  try {
    return { outcome: 'parsed', value: document.toJS() }
  } catch (error) {
    return { outcome: 'malformed', problems: [error instanceof Error ? error.message : String(error)] }
  }
}
