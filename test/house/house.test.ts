import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, sep } from 'node:path'
import t from 'tap'
import ts from 'typescript'

/**
 * How the house stands: `cache ← stores, origin, resources, telemetry ← doors ← sidecar ← main`. A room may
 * import from itself and from the rooms named here.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  cache: [],
  stores: ['cache'],
  origin: ['cache'],
  resources: ['cache'],
  telemetry: ['cache'],
  doors: ['cache', 'stores', 'origin', 'resources', 'telemetry'],
  config: [],
  sidecar: ['cache', 'stores', 'origin', 'resources', 'telemetry', 'doors', 'config'],
  main: ['cache', 'stores', 'origin', 'resources', 'telemetry', 'doors', 'config', 'sidecar']
}

/** Rooms whose modules have a test each. What a store is made of is held by the contract suite of stores. */
const MIRRORED = /^(cache|telemetry)\/|^stores\/[^/]+$/

/** The exceptions: a part of one other module, and where the two are tested together. */
const TESTED_WITH: Readonly<Record<string, string>> = {
  'telemetry/store-gauges.ts': 'telemetry/metrics.test.ts',
  'telemetry/tally.ts': 'telemetry/statistics.test.ts',
  'telemetry/warnings.ts': 'telemetry/log-observer.test.ts'
}

interface Source {
  /** From `src`, with slashes. */
  readonly path: string
  readonly text: string
}

const sources: readonly Source[] = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path: path.split(sep).join('/'), text: readFileSync(join('src', path), 'utf8') }))

const importsOf = ({ text }: Source): readonly string[] =>
  ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName)

/** The first folder under `src`, or the name of a file that stands there. */
const roomOf = (path: string): string => path.replace(/(\/.*|\.[jt]s)$/, '')

const offences = (find: (source: Source) => readonly string[]): readonly string[] =>
  sources.flatMap((source) => find(source).map((offence) => `${source.path}: ${offence}`))

const syntaxOf = ({ path, text }: Source): ts.SourceFile =>
  ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true)

const nodesOf = (node: ts.Node): readonly ts.Node[] => [node, ...node.getChildren().flatMap(nodesOf)]

/** The source text of the nodes that the predicate picks. */
const picked =
  (isPicked: (node: ts.Node) => boolean) =>
  (source: Source): readonly string[] =>
    nodesOf(syntaxOf(source))
      .filter(isPicked)
      .map((node) => node.getText())

const isEnvironment = (node: ts.Node): boolean =>
  /^process\s*\??\.?\s*(env|\[.env.\])$/.test(node.getText()) &&
  (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node))

/** `any`, and a cast by way of a second one. */
const isPastTheChecker = (node: ts.Node): boolean =>
  node.kind === ts.SyntaxKind.AnyKeyword || (ts.isAsExpression(node) && ts.isAsExpression(node.expression))

const hasCode = ({ text }: Source): boolean =>
  ts
    .transpile(text, { module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true, removeComments: true })
    .replace('export {};', '')
    .trim() !== ''

t.test('there is something to look at', async (t) => {
  t.ok(sources.some(({ path }) => path === 'cache/store.ts'))
  t.ok(sources.some((source) => importsOf(source).includes('../cache/entry.js')))
})

t.test('imports go one way', async (t) => {
  const found = offences((source) => {
    const room = roomOf(source.path)
    const allowed = [room, ...(MAY_IMPORT[room] ?? [])]
    return importsOf(source)
      .filter((name) => name.startsWith('.'))
      .filter((name) => !allowed.includes(roomOf(normalize(join(dirname(source.path), name)))))
  })
  t.strictSame(found, [])
})

t.test('the domain imports nothing but itself and Node', async (t) => {
  const found = offences((source) =>
    roomOf(source.path) === 'cache' ? importsOf(source).filter((name) => !/^(\.|node:)/.test(name)) : []
  )
  t.strictSame(found, [])
})

t.test('no file has more than 200 lines', async (t) => {
  const found = offences(({ text }) => {
    const lines = text.split('\n').length - 1
    return lines > 200 ? [`${lines} lines`] : []
  })
  t.strictSame(found, [])
})

t.test('the environment is read in one place', async (t) => {
  const found = offences((source) => (source.path === 'config.ts' ? [] : picked(isEnvironment)(source)))
  t.strictSame(found, [])
})

t.test('nothing goes past the type checker', async (t) => {
  t.strictSame(offences(picked(isPastTheChecker)), [])
  t.strictSame(
    offences(({ text }) => text.match(/@ts-(ignore|expect-error|nocheck)|eslint-disable/g) ?? []),
    []
  )
})

t.test('every module has a test that mirrors it', async (t) => {
  const found = offences((source) => {
    if (!MIRRORED.test(source.path) || !hasCode(source)) return []
    const mirror = TESTED_WITH[source.path] ?? source.path.replace(/\.ts$/, '.test.ts')
    return existsSync(join('test', mirror)) ? [] : [`no test/${mirror}`]
  })
  t.strictSame(found, [])
})

t.test('an exception from that is still needed', async (t) => {
  const stale = Object.keys(TESTED_WITH).filter(
    (path) => !existsSync(join('src', path)) || existsSync(join('test', path.replace(/\.ts$/, '.test.ts')))
  )
  t.strictSame(stale, [])
})
