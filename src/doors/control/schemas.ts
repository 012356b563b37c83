import { type TSchema, Type } from '@sinclair/typebox'
import { POSITION } from '../../cache/position.js'
import { PROBLEM_TYPE, ProblemSchema } from '../problem.js'
import { createNameSchemas } from './names.js'

const NAMES_MAX = 1000
const VALUE_TAGS_MAX = 100
/** Keys in a page. */
export const LIST_COUNT = { default: 100, maximum: 1000 }

const strict = { additionalProperties: false }

const Position = Type.String({
  pattern: POSITION.source,
  description: 'The position of the read that missed: what an invalidation has reached since is refused'
})

/** No lone surrogates. */
const WELL_FORMED = String.raw`^[^\ud800-\udfff]*$`
/** Groups of four would exhaust the stack of the matcher: the decoder tells the rest. */
const BASE64 = '^[A-Za-z0-9+/]*(?:[AQgw]==|[AEIMQUYcgkosw048]=)?$'

/** RFC 9110 §8.3.1. */
const MEDIA_TYPE = /^[A-Za-z0-9_!#$%&'*+.^`|~-]+\/[A-Za-z0-9_!#$%&'*+.^`|~-]+(?:[ \t]*;[\t\x20-\x7e]*)?$/

const naming = (list: string) => ({
  required: [list],
  properties: { [list]: { minItems: 1 } }
})

export const NoQuery = Type.Object({}, strict)

/** Those schemas that the configuration has a part in. */
export const createSchemas = (options: {
  readonly maxTtlSeconds: number
  readonly defaultTtlSeconds: number
  readonly keyPrefix: string
}) => {
  const ttl = { minimum: 1, maximum: options.maxTtlSeconds, default: options.defaultTtlSeconds }
  const Ttl = Type.Optional(Type.Integer({ ...ttl, description: 'Freshness lifetime in seconds' }))
  const { Key, Tag, Pattern, KeyParameter, LockParameter } = createNameSchemas(options.keyPrefix)
  return {
    KeyParameter,
    LockParameter,
    PutQuery: Type.Object(
      {
        ttl: Ttl,
        tag: Type.Optional(Type.Array(Tag, { maxItems: VALUE_TAGS_MAX })),
        position: Type.Optional(Position)
      },
      strict
    ),
    ListQuery: Type.Object(
      {
        pattern: Type.Optional(Pattern),
        cursor: Type.Optional(
          Type.String({ pattern: '^[A-Za-z0-9_-]{1,700}$', description: 'Of the page before' })
        ),
        count: Type.Optional(
          Type.Integer({
            minimum: 1,
            ...LIST_COUNT,
            description:
              'Keys in a page, roughly: it may have more, fewer, or none without being the last one'
          })
        )
      },
      strict
    ),
    TouchQuery: Type.Object({ ttl: Ttl }, strict),
    SetBody: Type.Object(
      {
        entries: Type.Array(
          Type.Object(
            {
              key: Key,
              value: Type.Optional(
                Type.String({ pattern: WELL_FORMED, description: 'The bytes as UTF-8 text' })
              ),
              base64: Type.Optional(
                Type.String({
                  contentEncoding: 'base64',
                  pattern: BASE64,
                  description: 'The bytes in base64 with its padding (RFC 4648 §4)'
                })
              ),
              json: Type.Optional(
                Type.Unknown({
                  description:
                    'Any JSON: the value is its text, byte by byte, of type application/json unless told. One of value, base64 and json is given'
                })
              ),
              contentType: Type.Optional(
                Type.String({ maxLength: 255, pattern: MEDIA_TYPE.source, description: 'A media type' })
              ),
              ttl: Ttl,
              tags: Type.Optional(Type.Array(Tag, { maxItems: VALUE_TAGS_MAX }))
            },
            { ...strict, oneOf: [{ required: ['value'] }, { required: ['base64'] }, { required: ['json'] }] }
          ),
          {
            minItems: 1,
            maxItems: NAMES_MAX,
            description: 'A key that is there twice, with or without the prefix, is refused with 400'
          }
        ),
        position: Type.Optional(Position)
      },
      strict
    ),
    GetBody: Type.Object(
      {
        keys: Type.Array(Key, { minItems: 1, maxItems: NAMES_MAX }),
        json: Type.Optional(
          Type.Boolean({
            default: false,
            description: 'Values whose type and body are JSON come as the member json, in place of value'
          })
        )
      },
      strict
    ),
    TouchBody: Type.Object({ keys: Type.Array(Key, { minItems: 1, maxItems: NAMES_MAX }), ttl: Ttl }, strict),
    InvalidationBody: Type.Object(
      {
        keys: Type.Optional(Type.Array(Key, { maxItems: NAMES_MAX })),
        tags: Type.Optional(Type.Array(Tag, { maxItems: NAMES_MAX })),
        patterns: Type.Optional(Type.Array(Pattern, { maxItems: NAMES_MAX })),
        all: Type.Optional(Type.Literal(true))
      },
      {
        ...strict,
        anyOf: [naming('keys'), naming('tags'), naming('patterns'), { required: ['all'] }]
      }
    )
  }
}
export type Schemas = ReturnType<typeof createSchemas>

const exact = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }

export const IncrementBody = Type.Object(
  { by: Type.Optional(Type.Integer({ ...exact, default: 1 })) },
  strict
)

export const nothing = (description: string) => Type.Unsafe<undefined>(Type.Null({ description }))

/** Bytes of any type: OpenAPI 3.1 leaves the schema empty. */
export const bytes = (description: string) => ({ description, content: { '*/*': { schema: Type.Any() } } })

/** JSON that is made by hand, because there may be megabytes of it. */
export const madeJson = (schema: TSchema) => ({
  description: schema.description ?? '',
  content: { 'application/json': { schema } }
})

const problems = (description: string) => ({
  description,
  content: { [PROBLEM_TYPE]: { schema: ProblemSchema } }
})

export const PROBLEMS = {
  '4xx': problems('Bad input or an unmet condition; nothing was changed'),
  '5xx': problems('The store cannot be reached: go on without the cache')
}
