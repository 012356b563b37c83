import { randomEpoch } from '../../src/cache/position.js'
import { Readable } from 'node:stream'
import type { Answer } from '../../src/cache/answer.js'
import { type Cache, type CacheOptions, createCache } from '../../src/cache/cache.js'
import type { Entry } from '../../src/cache/entry.js'
import { type CancelSignal, CancelledError, NEVER } from '../../src/concurrency/cancellation.js'
import type { Origin, OriginAnswer, OriginRequest } from '../../src/cache/origin.js'
import { cacheabilityOf } from '../../src/cache/read/cacheability.js'
import type { Lookup } from '../../src/cache/read/lookup.js'
import { createFieldReader } from '../../src/cache/read/request-fields.js'
import type { ResourceTable } from '../../src/cache/resource.js'
import type { Store } from '../../src/cache/store.js'
import { readDirectives } from '../../src/origin/directives.js'
import { loadResources } from '../../src/resources/load.js'
import { createMemoryStore } from '../../src/stores/memory/memory-store.js'
import { createRecorder, type RecordingObserver } from '../stores/observer.js'
import { type Clock, createClock } from '../support/clock.js'

/** A table with one row of each kind. */
export const TABLE: ResourceTable = loadResources(
  `
identity: { headers: [Remote-User, X-Email], cookies: [sessionid], families: [users] }
families: { things: [/things], users: [/users] }
everything: [/admin]
logIn: [/sign-in]
signIn: { tags: [people] }
resources:
  - { name: open, path: '/open/{id}', key: 'open:{id}', ttl: 60, staleWhileRevalidate: 30, staleIfError: 120,
      scope: public, tags: ['thing:{id}', 'item:{answer.items.*?}'], families: [things] }
  - { name: paged, path: /paged, key: paged, ttl: 60, scope: public, query: [page, size], bypassOn: [search],
      vary: [Host], families: [things] }
  - { name: guarded, path: '/guarded/{id}', key: 'guarded:{id}', ttl: 60, staleIfError: 120,
      scope: authenticated, tags: ['thing:{id}'], families: [things] }
  - { name: mine, path: /mine, key: 'user:~{identity}:mine', ttl: 60, staleIfError: 120, scope: identity,
      tags: ['user:{user}:mine'], families: [things] }
  - { name: me, path: /me, key: 'user:~{identity}:me', ttl: 60, scope: identity, tags: ['user:{answer.id}'],
      families: [users], caller: '{answer.id}' }
  - { name: spoken, path: '/spoken/{id}', key: 'spoken:{id}', ttl: 60, scope: public, languages: [en-AU, fr],
      families: [things] }
writes:
  - { methods: [PUT], path: '/things/{id}', tags: ['thing:{id}'] }
  - { methods: [PUT], path: '/things/{id}/owner', tags: ['user:{request.user}'] }
  - { methods: [POST], path: /things, tags: ['thing:{answer.id}'] }
  - { methods: [POST], path: /users/log-out, tags: ['~{identity}'] }
  - { methods: [PUT], path: /users/password, tags: ['~{identity}', 'user:{user}'] }
  - { methods: [POST], path: /users/mail, tags: [] }
`,
  { source: 'test', defaultTtlSeconds: 60, maxTtlSeconds: 3600 }
).table

export interface AnswerParts {
  readonly status?: number
  readonly headers?: readonly string[]
  readonly json?: unknown
  readonly body?: Readable | string
}

/** 200 and JSON, unless told. */
export const originAnswer = ({
  status = 200,
  headers = [],
  json = {},
  body
}: AnswerParts = {}): OriginAnswer => ({
  status,
  statusText: 'Phrase',
  headers: ['Content-Type', 'application/json', ...headers],
  body: body instanceof Readable ? body : Readable.from([Buffer.from(body ?? JSON.stringify(json))]),
  trailers: {}
})

export type Respond = (request: OriginRequest) => OriginAnswer | Promise<OriginAnswer>

export interface FakeOrigin extends Origin {
  readonly requests: OriginRequest[]
  /** Requests that were given up while the origin was at them. */
  aborted: number
  respond: Respond
}

/** Counts its answers unless told: `{"n":1}`, `{"n":2}`, … */
export const createFakeOrigin = (): FakeOrigin => {
  const origin: FakeOrigin = {
    requests: [],
    aborted: 0,
    respond: () => originAnswer({ json: { n: origin.requests.length } }),
    directivesOf: readDirectives,
    fetch: (request) => {
      origin.requests.push(request)
      return new Promise((resolve, reject) => {
        const leave = (): void => {
          origin.aborted++
          reject(new CancelledError())
        }
        const forget = request.cancel.onCancel(leave)
        const answer = async (): Promise<OriginAnswer> => origin.respond(request)
        answer().then(resolve, reject).finally(forget)
      })
    }
  }
  return origin
}

export interface Stage {
  readonly clock: Clock
  readonly store: Store
  readonly origin: FakeOrigin
  readonly cache: Cache
  readonly told: RecordingObserver['told']
}

export interface StageOptions extends Partial<Omit<CacheOptions, 'store'>> {
  /** Puts something around the memory store. */
  readonly around?: (store: Store) => Store
}

/** A cache over a fake origin and a memory store, with a clock of its own. */
export const createStage = ({ around = (store) => store, ...options }: StageOptions = {}): Stage => {
  const clock = createClock()
  const store = around(createMemoryStore({ maxBytes: 10_000_000, now: clock.now, randomEpoch }))
  const origin = createFakeOrigin()
  const observer = createRecorder()
  const cache = createCache({
    store,
    origin,
    table: TABLE,
    observer,
    now: clock.now,
    elapsed: clock.now,
    maxTtlMs: 3_600_000,
    maxEntryBytes: 1000,
    mode: 'on',
    ...options
  })
  return { clock, store, origin, cache, told: observer.told }
}

export type Fields = Readonly<Record<string, string>>

export const flat = (fields: Fields): string[] => Object.entries(fields).flat()

export interface ReadOptions {
  readonly method?: 'GET' | 'HEAD'
  readonly cancel?: CancelSignal
  /** In place of the fields, where order or repetition counts. */
  readonly headers?: readonly string[]
}

export const read = (
  cache: Cache,
  target: string,
  fields: Fields = {},
  options: ReadOptions = {}
): Promise<Answer> =>
  cache.read({
    method: options.method ?? 'GET',
    target,
    headers: options.headers ?? flat(fields),
    body: undefined,
    cancel: options.cancel ?? NEVER
  })

export const write = (
  cache: Cache,
  method: string,
  target: string,
  { fields = {}, body }: { fields?: Fields; body?: string } = {}
): Promise<Answer> =>
  cache.write({
    method,
    target,
    headers: flat(fields),
    body: body === undefined ? undefined : Readable.from([Buffer.from(body)])
  })

/** The body that the caller gets. */
export const textOf = async (answer: Answer): Promise<string> => {
  if (answer.kind === 'entry') return answer.entry.body.toString()
  if (answer.kind === 'failure') return ''
  const chunks: Buffer[] = []
  for await (const chunk of answer.received.body) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** `<outcome> <body>` of a read: enough to tell what has happened. */
export const outcomeOf = async (answer: Promise<Answer>): Promise<string> => {
  const settled = await answer
  return `${settled.outcome} ${await textOf(settled)}`.trimEnd()
}

/** A lookup as it stands when the store had nothing for it. Throws for a read that is not looked up. */
export const lookupOf = (target: string, sent: Fields = {}, named: Partial<Lookup> = {}): Lookup => {
  const headers = flat(sent)
  const fields = createFieldReader(TABLE.identity)(headers)
  const cacheable = cacheabilityOf({ table: TABLE }, { target, headers }, fields)
  if (cacheable.kind !== 'lookup') throw new Error(cacheable.reason)
  return {
    request: { method: 'GET', target, headers, body: undefined, cancel: NEVER },
    fields,
    cacheable,
    arrival: 1,
    position: 'epoch:1-0',
    entry: undefined,
    proof: undefined,
    mayShare: true,
    ...named
  }
}

export const SIGNED_IN: Fields = { cookie: 'sessionid=one' }

export interface Gate {
  readonly opened: Promise<void>
  readonly open: () => void
}

export const createGate = (): Gate => {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

/** Lets everything that is ready run. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export const entry = (named: Partial<Entry> = {}): Entry => ({
  status: 200,
  headers: ['Content-Type', 'application/json'],
  body: Buffer.from('{"n":1}'),
  generatedAt: 0,
  freshUntil: 10_000,
  staleWhileRevalidateUntil: 10_000,
  staleIfErrorUntil: 10_000,
  etag: undefined,
  tags: [],
  ...named
})
