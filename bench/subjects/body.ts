import { Redis } from 'ioredis'

/** A JSON document of exactly so many bytes, at least 13. */
export const bodyOf = (bytes: number): Buffer => Buffer.from(`{"filler":"${'x'.repeat(bytes - 13)}"}`)

/** Where subjects that read one value from Redis find it. */
export const BODY_KEY = 'bench:body'

export const storeBody = async (redisUrl: string, bytes: number): Promise<void> => {
  const redis = new Redis(redisUrl)
  await redis.set(BODY_KEY, bodyOf(bytes))
  redis.disconnect()
}
