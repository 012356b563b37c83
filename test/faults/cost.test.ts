import t from 'tap'
import { get } from '../support/http.js'
import { eventually } from '../support/eventually.js'
import { signOnOf, startOrigin } from './origin-process.js'
import { commandsSince, redisFor, sidecarFor } from './stage.js'

const HITS = 200

const READS = [
  { scope: 'public', path: '/api/v1/users/staffprofiles/3001', headers: {} },
  { scope: 'public, vary Host', path: '/api/v1/users/5/projects', headers: { host: 'spms.test' } },
  { scope: 'authenticated', path: '/api/v1/agencies/branches', headers: signOnOf(5) },
  { scope: 'identity', path: '/api/v1/users/me', headers: signOnOf(5) }
]

void t.test('a hit costs one round trip to Redis, of two commands', async (t) => {
  const origin = await startOrigin(t)
  const redis = await redisFor(t)
  // What a hit costs on a machine of any speed.
  const sidecar = await sidecarFor(t, origin, redis.url, { REDIS_COMMAND_TIMEOUT_MS: '5000' })
  const admin = redis.client()
  for (const { scope, path, headers } of READS) {
    const read = async (): Promise<string> =>
      String((await get(sidecar.proxy + path, { headers })).headers['cache-status'])
    await eventually(async () => (await read()).includes('; hit'))
    const isHit = (status: string): boolean => status.startsWith('spms; hit; ttl=')
    await admin.config('RESETSTAT')
    const alone: string[] = []
    for (let hit = 0; hit < HITS; hit++) alone.push(await read())
    t.ok(alone.every(isHit), `${scope}: all hits`)
    t.strictSame(await commandsSince(admin), { mget: HITS, unlink: HITS }, `${scope}: ${HITS} of each`)

    await admin.config('RESETSTAT')
    const together = await Promise.all(Array.from({ length: HITS }, read))
    t.ok(together.every(isHit), `${scope}: all hits at one moment`)
    const { mget = 0, ...others } = await commandsSince(admin)
    t.ok(mget < HITS, `${scope}: ${mget} commands for all`)
    t.strictSame(others, { unlink: mget })
  }
})
