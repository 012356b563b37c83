import { Type } from '@sinclair/typebox'
import { matchesAny } from '../../cache/invalidate/glob.js'
import type { Store } from '../../cache/store.js'
import { valueKey } from '../../cache/tags.js'
import { EPOCH_LENGTH, VERSION_AT, VERSIONS } from '../entry-codec.js'
import type { Connection } from './connection/connection.js'
import { LOST_EPOCH } from './connection/error-replies.js'
import type { RedisAccess } from './redis-access.js'
import { atLeast, scanStep } from './scan.js'
import { KEPT } from './scripts/kept.js'
import { script } from './scripts/script.js'

/** Names looked at by one step of a page, and steps of one page, at most: a rare pattern is not looked for without end. */
const STEP = { least: 250, most: 1000 }
const STEPS = 10

/** A page is some steps of a SCAN, whose cursor is the page's, so it may have a few more keys than were asked for, or none. */
export const createList = (options: RedisAccess & { readonly connection: Connection }): Store['list'] => {
  const readable = createReadable(options)
  return async ({ pattern, cursor = '0', count }) => {
    if (!isCursor(cursor)) return undefined
    const step = {
      match: valueKey(''),
      pattern: atLeast(pattern),
      count: Math.min(Math.max(count, STEP.least), STEP.most)
    }
    const keys = new Set<string>()
    let next = cursor
    for (let steps = 0; steps < STEPS && keys.size < count; steps++) {
      const page = await scanStep(options, { ...step, cursor: next })
      next = page.next
      const matching: string[] = []
      for (const name of page.found) {
        const key = name.slice(step.match.length)
        if (await matchesAny([pattern], key)) matching.push(key)
      }
      for (const key of await readable(matching)) keys.add(key)
      if (next === '0') return { keys: [...keys], cursor: undefined }
    }
    return { keys: [...keys], cursor: next }
  }
}

/** What Redis takes: 64 bits. */
const isCursor = (cursor: string): boolean =>
  /^(?:0|[1-9]\d{0,19})$/.test(cursor) && BigInt(cursor) < 2n ** 64n

/** Those of the keys whose values are of this epoch. */
const createReadable =
  ({ keys, runScript, run, connection }: RedisAccess & { readonly connection: Connection }) =>
  async (named: readonly string[]): Promise<readonly string[]> => {
    if (named.length === 0) return []
    const entries = named.map((key) => keys.prefix + valueKey(key))
    const names = [keys.epoch, keys.kept, keys.nothing, ...entries]
    const [kind, found] = await run('list', () => runScript(READABLE, names, [keys.prefix]))
    if (kind === 'lost') throw connection.markDown(LOST_EPOCH)
    return named.filter((_, at) => found[at] === 1)
  }

/** KEYS epoch kept nothing, then those of entries · ARGV prefix. Tells for each entry whether it would be read: 1 or 0. */
const READABLE = script({
  reply: Type.Union([
    Type.Tuple([Type.Literal('read'), Type.Array(Type.Integer())]),
    /** There is no epoch. */
    Type.Tuple([Type.Literal('lost')])
  ]),
  lua: `${KEPT}
-- A replica refuses it.
redis.call('UNLINK', KEYS[3])
local position = redis.call('GET', KEYS[1])
if not position then return {'lost'} end
local epoch = string.sub(position, 1, ${EPOCH_LENGTH})
local stamp, readable = stamp_in(KEYS[2], epoch), {}
for i = 4, #KEYS do
  local head = redis.pcall('GETRANGE', KEYS[i], 0, ${VERSION_AT})
  head = type(head) == 'string' and head or ''
  local begins, version = string.sub(head, 1, ${EPOCH_LENGTH}), string.byte(head, ${VERSION_AT + 1})
  local is_current = begins == epoch or begins == stamp and is_kept(string.sub(KEYS[i], #ARGV[1] + 1))
  readable[i - 3] = is_current and (${VERSIONS.map((version) => `version == ${version}`).join(' or ')}) and 1 or 0
end
return {'read', readable}
`
})
