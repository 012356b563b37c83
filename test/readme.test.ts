import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import t from 'tap'
import type { UnstoredReason } from '../src/cache/observer.js'
import * as status from '../src/http/cache-status.js'
import { ConfigSchema } from '../src/config/config.js'
import { createServerFactory } from '../src/doors/server-factory.js'
import { createOpsDoor } from '../src/doors/ops/ops-door.js'
import { loadResources, readResources } from '../src/resources/load.js'
import { resourceFileSchema } from '../src/resources/schema.js'
import { Unread } from '../src/doors/proxy/unread.js'
import { createMetrics } from '../src/telemetry/metrics.js'
import { openDoor } from './doors/control/open-door.js'
import { createAnalytics } from '../src/insight/analytics.js'
import {
  api,
  blocksOf,
  cellsIn,
  documents,
  operations,
  readme,
  resourceTable,
  rowsOf,
  section,
  tablesIn
} from './support/readme.js'

const limits = { defaultTtlSeconds: 300, maxTtlSeconds: 86_400 }

const code = (value: unknown): string => `\`${String(value)}\``

const noStats = () => Promise.reject(new Error('no store'))

t.test('every setting that it names is one', async (t) => {
  const named = rowsOf(readme, '## Settings').flatMap(([names = '']) => names.replaceAll('`', '').split(', '))
  t.ok(named.length > 5)
  t.strictSame(
    named.filter((name) => !Object.hasOwn(ConfigSchema.properties, name)),
    []
  )
})

t.test('the table of stored reads is the built-in one', async (t) => {
  const { resources } = readResources(undefined, limits).description
  const expected = resources.map(({ name, path, key, ttl, scope }) => [
    ...[name, path, key].map(code),
    `${ttl} s`,
    scope
  ])
  t.strictSame(rowsOf(resourceTable, '## What is stored'), expected)
})

t.test('the sample of a resource table can be used, and every field is described', async (t) => {
  const [sample = ''] = blocksOf(resourceTable, 'yaml')
  t.equal(loadResources(sample, { source: 'sample', ...limits }).description.resources.length, 1)
  const { identity, resources, writes, ...others } = resourceFileSchema(limits).properties
  const fields = [
    ...Object.keys(identity.properties).map((name) => `identity.${name}`),
    ...[others, resources.items.properties, writes.items.properties].flatMap((rows) => Object.keys(rows))
  ]
  const missing = fields.filter((field) => !resourceTable.includes(code(field)))
  t.strictSame(missing, [])
})

t.test('every metric of the cache is in the table, and every metric named is exported', async (t) => {
  const { registry } = createMetrics({
    stats: noStats,
    unread: new Unread({ timeoutMs: 60_000 })
  })
  const exported = registry.getMetricsAsArray().map(({ name }) => name)
  const ofTheCache = exported.filter((name) => !/^spms_cache_(process|nodejs)_/.test(name))
  const listed = rowsOf(operations, '## Metrics').map(([name]) => name)
  t.strictSame(listed.sort(), ofTheCache.map(code).sort())
  // What follows a ^ is the beginning of names.
  const named = Object.values(documents).flatMap(
    (text) => text.match(/(?<!\^)spms_cache_\w*[a-z0-9]\b/g) ?? []
  )
  const unknown = named.filter((name) => ![...exported, ...NO_METRICS].includes(name))
  t.strictSame(unknown, [])
})

/** The package for Django, and the table and channel of the outbox. */
const NO_METRICS = ['spms_cache_django', 'spms_cache_outbox']

t.test('every Cache-Status is explained', async (t) => {
  const { bypassStatus, MISS, STALE, METHOD, UNPROVEN, STORE_UNAVAILABLE } = status
  const bypasses: Readonly<Record<status.BypassReason, string>> = {
    search: bypassStatus('search'),
    query: bypassStatus('query'),
    'no-resource': bypassStatus('no-resource'),
    'no-identity': bypassStatus('no-identity'),
    range: bypassStatus('range'),
    html: bypassStatus('html'),
    vary: bypassStatus('vary'),
    host: bypassStatus('host'),
    disabled: bypassStatus('disabled')
  }
  const forwarded = [MISS, STALE].flatMap((text) => [
    text,
    status.storedStatus(text),
    status.collapsedStatus(text)
  ])
  const cached = [status.hitStatus(287), status.hitStatus(-12)]
  const all = [...Object.values(bypasses), ...forwarded, ...cached, METHOD, UNPROVEN, STORE_UNAVAILABLE]
  const explained = section(api, '## Cache-Status')
  const missing = all.filter((text) => !explained.includes(code(text)))
  t.strictSame(missing, [])
})

t.test('every reason why an answer is not stored is explained', async (t) => {
  const reasons: Readonly<Record<UnstoredReason, true>> = {
    ...{ status: true, 'set-cookie': true, 'content-type': true, 'content-encoding': true, vary: true },
    ...{
      cors: true,
      'no-store': true,
      'no-cache': true,
      private: true,
      authorization: true,
      expired: true,
      'too-large': true
    },
    ...{ malformed: true, tags: true, invalidated: true, outdated: true, 'store-error': true },
    'store-unavailable': true
  }
  const explained = rowsOf(api, '### Why is this answer not stored?').map(([reason]) => reason)
  t.strictSame(explained, Object.keys(reasons).map(code))
})

t.test('every route of the control door is mentioned, and no other', async (t) => {
  const analytics = createAnalytics({ elapsed: () => 0 })
  t.teardown(() => analytics.stop())
  const { call } = await openDoor(t, { analytics })
  const { paths } = (await call('GET', '/openapi.json')).json() as { paths: Record<string, object> }
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)
  )
  const comments = section(api, '## Control door, 8081').match(/^# .*/gm)?.join('\n') ?? ''
  const mentioned = comments.match(/\b[A-Z]+ \/[\w/{}.-]*\w}?/g) ?? []
  t.strictSame([...new Set(mentioned)].sort(), [...routes, 'GET /openapi.json', 'GET /docs'].sort())
})

t.test('every route of the ops door is mentioned, and no other', async (t) => {
  const door = createOpsDoor({
    serverFactory: createServerFactory({ timeoutMs: 60_000 }),
    isReady: () => true,
    stats: noStats,
    registry: new Registry(),
    loggerInstance: pino({ level: 'silent' })
  })
  const routes = door.printRoutes({ commonPrefix: false }).match(/\/\w+/g) ?? []
  const mentioned = section(api, '## Ops door, 9090').match(/(?<=:9090)\/\w+/g) ?? []
  t.strictSame([...mentioned].sort(), [...routes].sort())
})

t.test('files, folders and headings that the documents name are there', async (t) => {
  for (const [file, text] of Object.entries(documents)) {
    const links = [...text.matchAll(/\]\((?!https?:)([^)]*)\)/g)].map(([, link = '']) => link)
    for (const link of links) {
      const [path = '', heading] = link.split('#')
      const target = path === '' ? file : join(dirname(file), path)
      t.ok(existsSync(target), `${file}: ${link}`)
      if (heading !== undefined) t.ok(headingsOf(target).includes(heading), `${file}: ${link}`)
    }
    const paths = text.match(/(?<![\w./-])(?:src|test|demo|docs|\.ci)\/[\w./-]*[\w/]/g) ?? []
    for (const path of new Set(paths)) t.ok(existsSync(path), `${file}: ${path}`)
  }
})

const headingsOf = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)/gm)].map(([, text = '']) => anchorOf(text))

/** As the usual renderers make it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')

t.test('every path that CONTRIBUTING.md and docs/architecture.md name is there', async (t) => {
  const named = ['CONTRIBUTING.md', 'docs/architecture.md'].map((file) => documents[file]).join('\n')
  const prose = named.replaceAll(/^```.*?^```/gms, '')
  const quoted = [...prose.matchAll(/`([^`\s]+)`/g)].map(([, text = '']) => text)
  const paths = quoted.filter((text) => /^\.?\w[\w.-]*\/|^[\w.-]+\.(?:md|json|js|ts|yaml)$/.test(text))
  t.ok(paths.length > 30)
  t.strictSame(
    paths.filter((path) => !existsSync(path)),
    []
  )
})

t.test('it stays within 1,400 words', async (t) => {
  t.ok(readme.split(/\s+/).filter(Boolean).length <= 1400)
})

t.test('every row of a table has as many cells as its head', async (t) => {
  const broken = Object.entries(documents).flatMap(([file, text]) =>
    tablesIn(text).flatMap(([head = [], ...rows]) =>
      rows.filter(({ length }) => length !== head.length).map(([first = '']) => `${file}: ${first}`)
    )
  )
  t.ok(Object.values(documents).flatMap(tablesIn).length > 20)
  t.strictSame(broken, [])
})

t.test('no cell of its tables is longer than 120 characters', async (t) => {
  const cells = cellsIn(readme)
  t.ok(cells.length > 20)
  t.strictSame(
    cells.filter((cell) => cell.length > 120),
    []
  )
})
