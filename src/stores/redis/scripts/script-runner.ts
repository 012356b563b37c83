import type { RedisClient } from '../connection/client.js'
import type { Script } from './scripts.js'

export interface ScriptRunner {
  run(script: Script, keys: readonly string[], args: readonly (string | number | Buffer)[]): Promise<unknown>
}

/** Sends a script's digest, and its text only to a server that does not know it. */
export const createScriptRunner = (client: RedisClient): ScriptRunner => ({
  run: async (script, keys, args) => {
    try {
      return await client.evalsha(script.sha, keys.length, ...keys, ...args)
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return client.eval(script.lua, keys.length, ...keys, ...args)
    }
  }
})
