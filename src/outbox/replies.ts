import { inspect } from 'node:util'
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'

/** `null`: more than is read. What a list holds is looked at when it is folded. */
const Names = Type.Union([Type.Array(Type.Unknown()), Type.Null()])

const OutboxRowSchema = Type.Object({
  id: Type.String(),
  tags: Names,
  patterns: Names,
  everything: Type.Boolean(),
  /** Milliseconds from when it was written, or committed, to when it was taken, by the clock of the database alone. */
  age: Type.Number()
})
/** A row of the outbox as the database gives it. */
export type OutboxRow = Static<typeof OutboxRowSchema>

/** For what the database says: what has another shape than the schema is an error, never a guess. Several statements have several results. */
const parserOf = <T extends TSchema>(schema: T): ((reply: unknown) => readonly Static<T>[]) => {
  const isReply = TypeCompiler.Compile(Type.Object({ rows: Type.Array(schema) }))
  const areReplies = TypeCompiler.Compile(Type.Array(Type.Object({ rows: Type.Array(schema) })))
  return (reply) => {
    if (areReplies.Check(reply)) return reply.flatMap(({ rows }) => rows)
    if (isReply.Check(reply)) return reply.rows
    throw new Error(`unexpected reply of the database: ${inspect(reply, { depth: 4 }).slice(0, 200)}`)
  }
}

export const parseRows = parserOf(OutboxRowSchema)

/** Rows that wait, and how long the oldest has, in milliseconds. */
export const parseCounted = parserOf(Type.Object({ rows: Type.Integer(), oldest: Type.Number() }))

export const parseServer = parserOf(Type.Object({ pid: Type.Integer(), tracksCommits: Type.Boolean() }))
