import { inspect } from 'node:util'
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler'

/** What the scripts return, checked: a reply of another shape is an error, never a guess. */
const Text = Type.String()

const Invalidation = Type.Object({
  keys: Type.Array(Text),
  tags: Type.Array(Text),
  patterns: Type.Array(Text),
  all: Type.Boolean()
})
const Reason = Type.Union([
  Type.Literal('no-epoch'),
  Type.Literal('another-server'),
  Type.Literal('evictions'),
  Type.Literal('damaged-index'),
  Type.Literal('everything-invalidated')
])
const Opening = Type.Union([
  Type.Tuple([Type.Literal('replica')]),
  Type.Tuple([Type.Literal('kept'), Text]),
  Type.Tuple([Type.Literal('begun'), Text, Reason])
])
const Texts = Type.Array(Text)
const Sizes = Type.Array(Type.Integer())
const Committed = Type.Array(Type.Union([Type.Literal('stored'), Type.Literal('unmet')]))
const Removal = Type.Union([
  Type.Tuple([Type.Literal('more'), Type.Integer()]),
  Type.Tuple([Type.Literal('removed'), Type.Integer()]),
  Type.Tuple([Type.Literal('done'), Type.Integer(), Text, Type.Union([Type.Literal(''), Reason])])
])
/** CLUSTER SLOTS: from, to, the master's host, port and more, the same of each replica. */
const ClusterSlots = Type.Array(
  Type.Array(
    Type.Union([
      Type.Integer(),
      Type.Array(Type.Union([Text, Type.Integer(), Type.Null(), Type.Array(Text)]))
    ]),
    { minItems: 3 }
  )
)

const parser = <T extends TSchema>(schema: T): ((reply: unknown) => Static<T>) => {
  const check: TypeCheck<T> = TypeCompiler.Compile(schema)
  return (reply) => {
    if (check.Check(reply)) return reply
    throw new Error(`unexpected reply of Redis: ${inspect(reply).slice(0, 200)}`)
  }
}

export const parseOpening = parser(Opening)
export const parseTexts = parser(Texts)
export const parseSizes = parser(Sizes)
export const parseCommitted = parser(Committed)
export const parseRemoval = parser(Removal)
export const parseClusterSlots = parser(ClusterSlots)

const checkInvalidation = parser(Invalidation)
export const parseInvalidation = (json: string): Static<typeof Invalidation> =>
  checkInvalidation(JSON.parse(json))
