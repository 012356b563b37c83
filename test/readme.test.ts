import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import t from 'tap'
import * as status from '../src/cache/cache-status.js'
import { ConfigSchema } from '../src/config.js'
import { createCallers } from '../src/doors/callers.js'
import { createOpsDoor } from '../src/doors/ops/ops-door.js'
import { loadResources } from '../src/resources/load.js'
import { readResources } from '../src/resources/read.js'
import { resourceFileSchema } from '../src/resources/schema.js'
import { createMetrics } from '../src/telemetry/metrics.js'
import { openDoor } from './doors/control/open-door.js'
import { blocksOf, readme, rowsOf, section } from './support/readme.js'

const tableDocument = readFileSync('docs/resource-table.md', 'utf8')
const limits = { defaultTtlSeconds: 300, maxTtlSeconds: 86_400 }

const code = (value: unknown): string => `\`${String(value)}\``

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

const allowedBy = ({ anyOf, type, pattern, minimum = 0, maximum, ...length }: Setting): string => {
  if (anyOf !== undefined) return anyOf.map((choice) => code(choice.const)).join(', ')
  if (type === 'boolean') return '`true`, `false`'
  if (type === 'integer') return maximum === undefined ? `${minimum} or more` : `${minimum} to ${maximum}`
  if (pattern !== undefined) return code(pattern)
  const { minLength = 0, maxLength } = length
  if (maxLength !== undefined) return `up to ${maxLength} characters`
  return minLength > 1 ? `${minLength} characters or more` : 'text'
}

const noFigures = () => Promise.reject(new Error('no store'))

t.test('every setting is in the table as its schema has it', async (t) => {
  const settings: [string, Setting][] = Object.entries(ConfigSchema.properties)
  const expected = settings.map(([name, setting]) => [
    code(name),
    setting.default === undefined ? '–' : code(setting.default),
    allowedBy(setting),
    setting.description ?? ''
  ])
  t.strictSame(rowsOf('## Settings'), expected)
})

t.test('the table of stored reads is the built-in one', async (t) => {
  const { resources } = readResources(undefined, limits).description
  const expected = resources.map(({ name, path, key, ttl, scope }) => [
    ...[name, path, key].map(code),
    `${ttl} s`,
    scope
  ])
  t.strictSame(rowsOf('## Resource table'), expected)
})

t.test('the sample of a resource table can be used, and every field is described', async (t) => {
  const [sample = ''] = blocksOf(tableDocument, 'yaml')
  t.equal(loadResources(sample, { source: 'sample', ...limits }).description.resources.length, 1)
  const { identity, resources, writes, ...others } = resourceFileSchema(limits).properties
  const fields = [
    ...Object.keys(identity.properties).map((name) => `identity.${name}`),
    ...[others, resources.items.properties, writes.items.properties].flatMap((rows) => Object.keys(rows))
  ]
  const missing = fields.filter((field) => !tableDocument.includes(code(field)))
  t.strictSame(missing, [])
})

t.test('every metric of the cache is in the table, and every metric named is exported', async (t) => {
  const { registry } = createMetrics({ counts: new Map(), figures: noFigures })
  const exported = registry.getMetricsAsArray().map(({ name }) => name)
  const ofTheCache = exported.filter((name) => !/^spms_cache_(process|nodejs)_/.test(name))
  const listed = rowsOf('## Metrics and logs').map(([name]) => name)
  t.strictSame(listed.sort(), ofTheCache.map(code).sort())
  const named = readme.match(/spms_cache_\w*[a-z0-9]\b/g) ?? []
  const unknown = named.filter((name) => !exported.includes(name))
  t.strictSame(unknown, [])
})

t.test('every Cache-Status is explained', async (t) => {
  const { bypassStatus, MISS, STALE, METHOD, UNPROVEN, STORE_UNAVAILABLE } = status
  const bypasses: Readonly<Record<status.BypassReason, string>> = {
    search: bypassStatus('search'),
    query: bypassStatus('query'),
    'no-resource': bypassStatus('no-resource'),
    'no-identity': bypassStatus('no-identity'),
    range: bypassStatus('range'),
    html: bypassStatus('html'),
    disabled: bypassStatus('disabled')
  }
  const forwarded = [MISS, STALE].flatMap((text) => [
    text,
    status.storedStatus(text),
    status.collapsedStatus(text)
  ])
  const cached = [status.hitStatus(287), status.hitStatus(-12)]
  const all = [...Object.values(bypasses), ...forwarded, ...cached, METHOD, UNPROVEN, STORE_UNAVAILABLE]
  const explained = section('## Cache-Status')
  const missing = all.filter((text) => !explained.includes(code(text)))
  t.strictSame(missing, [])
})

t.test('every route of the control door is mentioned, and no other', async (t) => {
  const { call } = await openDoor(t)
  const { paths } = (await call('GET', '/openapi.json')).json() as { paths: Record<string, object> }
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)
  )
  const comments = section('### Control door, 8081').match(/^# .*/gm)?.join('\n') ?? ''
  const mentioned = comments.match(/\b[A-Z]+ \/[\w/{}.]*\w}?/g) ?? []
  t.strictSame([...new Set(mentioned)].sort(), [...routes, 'GET /openapi.json', 'GET /docs'].sort())
})

t.test('every route of the ops door is mentioned, and no other', async (t) => {
  const door = createOpsDoor({
    callers: createCallers({ timeoutMs: 60_000 }),
    isReady: () => true,
    figures: noFigures,
    registry: new Registry(),
    loggerInstance: pino({ level: 'silent' })
  })
  const routes = door.printRoutes({ commonPrefix: false }).match(/\/\w+/g) ?? []
  const mentioned = section('### Ops door, 9090').match(/(?<=:9090)\/\w+/g) ?? []
  t.strictSame([...mentioned].sort(), [...routes].sort())
})

t.test('files, folders and headings that it names are there', async (t) => {
  const headings = [...readme.matchAll(/^#+ (.*)/gm)].map(([, text = '']) => anchorOf(text))
  for (const [file, text] of [
    ['README.md', readme],
    ['docs/resource-table.md', tableDocument]
  ] as const) {
    const links = [...text.matchAll(/\]\((?!https?:)([^)]*)\)/g)].map(([, link = '']) => link)
    for (const link of links) {
      const isThere = link.startsWith('#')
        ? headings.includes(link.slice(1))
        : existsSync(join(dirname(file), link))
      t.ok(isThere, `${file}: ${link}`)
    }
    const paths = text.match(/(?<![\w./-])(?:src|test|demo|docs|\.ci)\/[\w./-]*[\w/]/g) ?? []
    for (const path of new Set(paths)) t.ok(existsSync(path), `${file}: ${path}`)
  }
})

/** As the usual renderers make it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')

t.test('it stays within 500 lines', async (t) => {
  t.ok(readme.split('\n').length <= 500)
})
