import type { Redis } from 'ioredis'
import type { Entry } from '../../src/cache/entry.js'
import { encodeEntry, EPOCH_LENGTH } from '../../src/stores/entry-codec.js'
import { bodyOf } from '../subjects/body.js'

const PREFIX = 'spms:'
const LIFETIME_MS = 3_600_000
const SLICE = 10_000

/** `SET` for a range of numbers in one call: nobody else is there to be blocked, and it takes a second a million. */
const FILL = `
for i = ARGV[1], ARGV[2] do
  redis.call('SET', KEYS[1] .. 'user:' .. string.format('%d', i) .. ':projects', ARGV[3], 'PX', ARGV[4])
end`

/**
 * Entries `user:<from>:projects` … `user:<to - 1>:projects` as the sidecar writes them, with a body of 100 bytes
 * but without their tag indexes, in a Redis that a sidecar has used already.
 */
export const fillKeyspace = async (
  redis: Redis,
  { from, to }: { readonly from: number; readonly to: number }
): Promise<void> => {
  const position = await redis.get(`${PREFIX}@epoch`)
  if (position === null) throw new Error('No sidecar has used this Redis.')
  const record = Buffer.concat([Buffer.from(position.slice(0, EPOCH_LENGTH)), encodeEntry(entry())])
  for (let at = from; at < to; at += SLICE) {
    await redis.eval(FILL, 1, PREFIX, at, Math.min(at + SLICE, to) - 1, record, LIFETIME_MS)
  }
}

const entry = (): Entry => {
  const now = Date.now()
  return {
    status: 200,
    headers: ['content-type', 'application/json'],
    body: bodyOf(100),
    generatedAt: now,
    freshUntil: now + LIFETIME_MS,
    staleWhileRevalidateUntil: now,
    staleIfErrorUntil: now,
    etag: undefined,
    tags: []
  }
}
