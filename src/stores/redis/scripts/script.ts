import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import type { Static, TSchema } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { Redis } from 'ioredis'

/**
 * A part of the store that Redis itself carries out, in one step. Scripts run on Redis 6.0 and on one slot of a cluster
 * (the prefix holds the hash tag), so they may build the keys of entries and tag indexes from the prefix.
 *
 * Redis at its memory limit refuses a script whose first write needs memory, and allows everything after a
 * write that needs none. So a script that must succeed on a full server begins with an UNLINK.
 */
export interface Script<Reply> {
  readonly lua: string
  readonly sha: string
  /** Throws when the reply has another shape. */
  readonly parse: (reply: unknown) => Reply
}

export const script = <T extends TSchema>({ lua, reply }: { lua: string; reply: T }): Script<Static<T>> => ({
  lua,
  sha: createHash('sha1').update(lua).digest('hex'),
  parse: parserOf(reply)
})

/** For what Redis says: what has another shape than the schema is an error, never a guess. */
export const parserOf = <T extends TSchema>(schema: T): ((reply: unknown) => Static<T>) => {
  const check = TypeCompiler.Compile(schema)
  return (reply) => {
    if (check.Check(reply)) return reply
    throw new Error(`unexpected reply of Redis: ${inspect(reply).slice(0, 200)}`)
  }
}

export type RunScript = ReturnType<typeof createScriptRunner>

type Argument = string | number | Buffer

/**
 * Sends a script's digest, and its text only to a server that does not know it. Resolves with the reply, checked.
 * `whenSent` runs in the same turn as the script was sent, and again when it was sent anew: the commands of one connection
 * are carried out in order, so what it asks is answered as of after the script.
 */
export const createScriptRunner =
  (client: Pick<Redis, 'evalsha' | 'eval'>) =>
  async <T>(
    script: Script<T>,
    keys: readonly string[],
    args: readonly Argument[],
    whenSent?: () => void
  ): Promise<T> => {
    const reply = (sent: Promise<unknown>): Promise<unknown> => {
      whenSent?.()
      return sent
    }
    try {
      return script.parse(await reply(client.evalsha(script.sha, keys.length, ...keys, ...args)))
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return script.parse(await reply(client.eval(script.lua, keys.length, ...keys, ...args)))
    }
  }
