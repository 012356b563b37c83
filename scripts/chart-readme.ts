import { readFileSync } from 'node:fs'
import { isMap, isPair, isScalar, parseDocument, type ParsedNode, type YAMLMap } from 'yaml'

interface Value {
  /** Such as `redis.external.url`. */
  readonly name: string
  /** As it is written in YAML; without one it only groups those after it. */
  readonly standard?: string
  readonly comment: string
}

/** A top-level value and all within it. */
interface Part {
  readonly name: string
  readonly comment: string
  readonly values: readonly Value[]
}

/** `helm/README.md`, before it is formatted: every value of `helm/values.yaml` with its default and its comment. */
export const chartReadme = (): string => `# The chart

The SPMS backend with its cache sidecar in the same pod. How to install it, and what is around it:
[docs/install.md](../docs/install.md#with-helm). \`npm run docs\` writes this page from the comments of [values.yaml](values.yaml).

\`\`\`bash
helm upgrade --install spms-cache ./helm --values helm/values-staging.yaml \\
  --set backend.image=registry.example.org/spms:1.2.3 --set sidecar.image=registry.example.org/spms-cache-sidecar:0.1.0
\`\`\`

A value that is not here is refused, and so is one that cannot be ([values.schema.json](values.schema.json)).

${partsOf(readFileSync('helm/values.yaml', 'utf8')).map(section).join('\n')}`

const section = ({ name, comment, values }: Part): string => `## ${name}

${comment}

| value | default | what it is for |
| --- | --- | --- |
${values.map(row).join('\n')}
`

const row = ({ name, standard, comment }: Value): string =>
  `| \`${name}\` | ${standard === undefined ? '' : `\`${cell(standard)}\``} | ${cell(comment)} |`

/** A bar ends a cell of a table, in code too. */
const cell = (text: string): string => text.replaceAll('|', '\\|')

export const partsOf = (yaml: string): readonly Part[] => {
  const { contents } = parseDocument(yaml)
  if (!isMap(contents)) throw new Error('helm/values.yaml is no map.')
  return entriesOf(contents).map(({ name, comment, value }) =>
    isGroup(value)
      ? { name, comment, values: within(value, name) }
      : { name, comment: '', values: [{ name, comment, standard: written(value) }] }
  )
}

const within = (map: YAMLMap, prefix: string): readonly Value[] =>
  entriesOf(map).flatMap(({ name: own, comment, value }): readonly Value[] => {
    const name = `${prefix}.${own}`
    if (!isGroup(value)) return [{ name, comment, standard: written(value) }]
    return [...(comment === '' ? [] : [{ name, comment }]), ...within(value, name)]
  })

const entriesOf = (map: YAMLMap) =>
  map.items.map((pair, index) => {
    if (!isPair(pair) || !isScalar(pair.key)) throw new Error('A key of helm/values.yaml is no text.')
    // What stands before the first key of a map is the map's.
    const before = pair.key.commentBefore ?? (index === 0 ? map.commentBefore : undefined)
    return { name: String(pair.key.value), comment: prose(before ?? ''), value: pair.value }
  })

const isGroup = (value: unknown): value is YAMLMap<ParsedNode, ParsedNode> =>
  isMap(value) && value.items.length > 0

/** On one line, as in `--set`. */
const written = (value: unknown): string => {
  const plain: unknown = isMap(value) || isScalar(value) || isNode(value) ? value.toJSON() : value
  return typeof plain === 'string' && plain !== '' ? plain : JSON.stringify(plain)
}

const isNode = (value: unknown): value is { toJSON(): unknown } =>
  typeof value === 'object' && value !== null && 'toJSON' in value

/** What stands after the last ruler. Lines whose columns are set with spaces stay lines; all others run on. */
const prose = (comment: string): string =>
  comment
    .replace(/^[^]*-{8}.*$/m, '')
    .split('\n')
    .map((line) => ({ text: line.trim().replaceAll(/ {2,}/g, ': '), kind: kindOf(line) }))
    .reduce(
      ({ text, before }, line) => ({
        text: `${text}${line.kind === 'row' || (line.kind === 'text' && before !== 'text') ? '<br>' : ' '}${line.text}`,
        before: line.kind === 'more' ? before : line.kind
      }),
      { text: '', before: 'text' }
    )
    .text.replaceAll('*', '\\*')
    .replace(/^(?:<br>|\s)+/, '')

const kindOf = (line: string): 'row' | 'more' | 'text' =>
  /\S {2,}\S/.test(line) ? 'row' : /^ {2,}/.test(line) ? 'more' : 'text'
