import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import ts from 'typescript'
import { circlesOf, graphOfFiles, graphOfRooms } from './graph.js'
import { importedSources, importsOf, type Source, sources } from './sources.js'
import { importedByTest, TESTED_WITH } from './tested-with.js'

/**
 * Imports go one way: `http, concurrency ← cache ← stores, origin, resources, outbox, telemetry, insight ← doors ← sidecar ← main`. A
 * folder under `src` may import from itself and from the folders named here.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  http: [],
  concurrency: [],
  schema: [],
  config: ['schema'],
  cache: ['http', 'concurrency'],
  stores: ['cache', 'concurrency'],
  origin: ['cache', 'http', 'concurrency'],
  resources: ['cache', 'http', 'schema'],
  outbox: ['cache', 'concurrency'],
  telemetry: ['cache', 'http'],
  insight: ['cache', 'http'],
  doors: ['cache', 'http', 'concurrency', 'schema', 'telemetry', 'insight'],
  sidecar: [
    ...[
      'cache',
      'http',
      'concurrency',
      'stores',
      'origin',
      'resources',
      'outbox',
      'telemetry',
      'insight',
      'doors',
      'config'
    ]
  ],
  main: ['sidecar']
}

/** What the cache imports beside itself and Node: no server, no client. */
const LIBRARIES_OF_CACHE = ['lru-cache']

/** The first folder under `src`, or the name of a file that stands there. */
const folderOf = (path: string): string => path.replace(/(\/.*|\.ts)$/, '')

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

const files = graphOfFiles(sources)

t.test('there is something to look at', async (t) => {
  t.ok(sources.some(({ path }) => path === 'cache/store.ts'))
  t.ok(files.get('cache/store.ts')?.has('cache/entry.ts'))
})

t.test('imports go one way', async (t) => {
  const found = offences((source) => {
    const folder = folderOf(source.path)
    const allowed = [folder, ...(MAY_IMPORT[folder] ?? [])]
    return importedSources(source).filter((path) => !allowed.includes(folderOf(path)))
  })
  t.strictSame(found, [])
})

t.test('no files import each other, by no way around, and no rooms do', async (t) => {
  t.strictSame(circlesOf(files), [])
  t.strictSame(circlesOf(graphOfRooms(files)), [])
})

t.test('the cache imports no server and no client', async (t) => {
  const found = offences((source) =>
    folderOf(source.path) === 'cache'
      ? importsOf(source).filter((name) => !/^(\.|node:)/.test(name) && !LIBRARIES_OF_CACHE.includes(name))
      : []
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
  const found = offences((source) =>
    source.path === 'config/config.ts' ? [] : picked(isEnvironment)(source)
  )
  t.strictSame(found, [])
})

t.test('nothing goes past the type checker', async (t) => {
  t.strictSame(offences(picked(isPastTheChecker)), [])
  t.strictSame(
    offences(({ text }) => text.match(/@ts-(ignore|expect-error|nocheck)|eslint-disable/g) ?? []),
    []
  )
})

const mirrorOf = (path: string): string => path.replace(/\.ts$/, '.test.ts')

t.test('every file has a test of its name, or stands in the table of those that have another', async (t) => {
  const found = offences((source) => {
    if (!hasCode(source) || existsSync(join('test', mirrorOf(source.path)))) return []
    const test = TESTED_WITH[source.path]
    if (test === undefined) return [`no test/${mirrorOf(source.path)}`]
    return importedByTest(join('test', test)).has(source.path) ? [] : [`test/${test} does not import it`]
  })
  t.strictSame(found, [])
})

t.test('the table names no file that is gone, or that has a test of its name', async (t) => {
  const stale = Object.keys(TESTED_WITH).filter(
    (path) => !existsSync(join('src', path)) || existsSync(join('test', mirrorOf(path)))
  )
  t.strictSame(stale, [])
})
