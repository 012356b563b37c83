import { Type, type Static } from '@sinclair/typebox'
import type { Scope } from '../cache/resource.js'

export interface TtlLimits {
  readonly defaultTtlSeconds: number
  readonly maxTtlSeconds: number
}

export type ResourceFile = Static<ReturnType<typeof resourceFileSchema>>
export type ReadRow = ResourceFile['resources'][number]
export type WriteRow = ResourceFile['writes'][number]

/**
 * The YAML file and, with its defaults filled in, the answer of `GET /v1/resources`. A `description` beside a
 * `pattern` says in words what the pattern allows.
 */
export const resourceFileSchema = (limits: TtlLimits) =>
  Type.Object(
    {
      identity: identitySchema(limits),
      resources: Type.Array(readRowSchema(limits)),
      writes: Type.Array(writeRowSchema),
      families: Type.Record(familyName, Type.Array(prefix, { minItems: 1, uniqueItems: true }), closed),
      logIn: Type.Array(prefix, { default: [], uniqueItems: true }),
      signIn: Type.Object(
        { tags: Type.Array(plainTag, { default: [], uniqueItems: true }), headers: names(token) },
        { ...closed, default: {} }
      ),
      everything: Type.Array(prefix, { default: [], uniqueItems: true }),
      warm: Type.Array(target, { default: [], uniqueItems: true })
    },
    closed
  )

const closed = { additionalProperties: false }

const text = (pattern: string, description: string) => Type.String({ pattern, description })

const token = text("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", 'a token of RFC 9110 §5.6.2')

/** One word in place of a number or a list: keywords of other types do not look at it. */
const wordOr = (word: string, description: string) => ({
  pattern: `^${word.replace('*', '\\*')}$`,
  description
})

const familyName = Type.String({ pattern: '^[a-z][a-z0-9-]*$' })

/** A literal segment has something other than digits in it, so that no path has two readings. */
const LITERAL = '[A-Za-z0-9._~-]*[A-Za-z._~-][A-Za-z0-9._~-]*'
const PARAMETER = '\\{(?!(?:user|identity)\\})[a-z]+\\}'

const path = text(
  `^(?=/)(?:/(?:${LITERAL}|${PARAMETER}))*(?:/\\*\\*)?$`,
  'a path of whole segments, each {name} (not {user} or {identity}) or text that is not only digits; the last may be **'
)

const prefix = text(`^(?:/${LITERAL})+$`, 'the beginning of a path in whole segments without placeholders')

const target = text('^/[A-Za-z0-9._~/-]*(?:\\?[^\\s#]*)?$', 'a path, with its query if it has one')

const KEY_PART = '(?:[A-Za-z0-9._-]+|~\\{identity\\}|\\{(?!identity\\})[a-z]+\\})'

/** Whole parts, so that two keys can be compared part by part; `~` keeps a caller's keys apart from all others. */
const key = text(`^${KEY_PART}(?::${KEY_PART})*$`, 'text, {parameter} or ~{identity}, joined by colons')

const template = Type.String({ minLength: 1 })

const plainTag = text('^[A-Za-z0-9._:-]+$', 'a tag without placeholders')

const names = (of: typeof token) => Type.Array(of, { default: [], uniqueItems: true })

const identitySchema = ({ maxTtlSeconds }: TtlLimits) =>
  Type.Object(
    {
      headers: names(token),
      cookies: names(token),
      families: names(familyName),
      proof: Type.Integer({ minimum: 1, maximum: maxTtlSeconds, default: Math.min(60, maxTtlSeconds) })
    },
    closed
  )

const SCOPES: readonly Scope[] = ['public', 'authenticated', 'identity']

const readRowSchema = ({ defaultTtlSeconds, maxTtlSeconds }: TtlLimits) => {
  const window = Type.Integer({ minimum: 0, maximum: maxTtlSeconds, default: 0 })
  return Type.Object(
    {
      name: text('^[a-z][a-z0-9_]*$', 'a name in lower case, as in user_profile'),
      path,
      key,
      ttl: Type.Unsafe<number | 'origin'>({
        ...wordOr('origin', 'seconds, or origin'),
        type: ['integer', 'string'],
        minimum: 1,
        maximum: maxTtlSeconds,
        default: defaultTtlSeconds
      }),
      staleWhileRevalidate: window,
      staleIfError: window,
      scope: Type.Unsafe<Scope>({ type: 'string', enum: SCOPES }),
      tags: Type.Array(template, { default: [] }),
      query: querySchema,
      bypassOn: names(Type.String({ minLength: 1 })),
      vary: varySchema,
      compress: Type.Boolean({ default: true }),
      languages: Type.Array(language, { default: [], uniqueItems: true }),
      contentType: Type.Unsafe<'json' | '*'>({ type: 'string', enum: ['json', '*'], default: 'json' }),
      statuses: Type.Unsafe<number[] | '*'>({
        ...wordOr('*', 'a list of statuses, or *'),
        type: ['array', 'string'],
        items: Type.Integer({ minimum: 200, maximum: 599 }),
        uniqueItems: true,
        default: [200]
      }),
      audit: auditSchema,
      sharesAuthorized: Type.Boolean({ default: false }),
      families: Type.Array(familyName, { uniqueItems: true }),
      caller: Type.Optional(template)
    },
    closed
  )
}

const language = text('^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$', 'a language tag of RFC 5646, as in en-AU')

const querySchema = Type.Union(
  [
    names(Type.String({ minLength: 1 })),
    Type.Record(Type.String({ pattern: '^.+$' }), Type.Integer({ minimum: 1, maximum: 999_999_999 }), closed),
    Type.Literal('*')
  ],
  { default: [], description: 'a list of names, names with the greatest number that has entries, or *' }
)

const field = text('^(?:[^.]+\\.)*[^.]+$', 'names joined by dots, * for any')

const auditSchema = Type.Object({ ignore: names(field) }, { ...closed, default: {} })

const varySchema = Type.Union(
  [
    names(token),
    Type.Record(token, Type.Array(Type.String({ minLength: 1 }), { uniqueItems: true }), closed)
  ],
  { default: [], description: 'a list of names, or names with the values that have entries' }
)

/** RFC 9110 §9.2.1: the others change nothing. */
const unsafeMethod = text('^(?!(?:GET|HEAD|OPTIONS|TRACE)$)[A-Z][A-Z-]*$', 'a method that changes something')

const writeRowSchema = Type.Object(
  {
    methods: Type.Array(unsafeMethod, { minItems: 1, uniqueItems: true }),
    path,
    tags: Type.Array(template)
  },
  closed
)
