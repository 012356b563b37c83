import t from 'tap'
import { createOrigin } from '../../demo/origin/origin.js'
import { get } from '../support/http.js'

const HOUR = 3_600_000
const PATH = '/api/v1/users/5/projects'

/** The clocks of this process, which steps and passing time are added to. */
const clocks = { step: 0, passed: 0 }
const [wall, monotonic] = [Date.now.bind(Date), performance.now.bind(performance)]
Date.now = () => wall() + clocks.step + clocks.passed
performance.now = () => monotonic() + clocks.passed

t.test('a wall clock that steps back an hour does not prolong the 300 s of an entry in memory', async (t) => {
  const { createSidecar } = await import('../../src/sidecar/sidecar.js')
  const { readConfig } = await import('../../src/config/config.js')
  const { createLogger } = await import('../../src/telemetry/logger.js')
  const origin = createOrigin({ latency: { minMs: 0, maxMs: 0 } })
  t.teardown(() => origin.close())
  const config = readConfig({
    ...{ PROXY_HOST: '127.0.0.1', OPS_HOST: '127.0.0.1', CACHE_STORE: 'memory' },
    ...{ PROXY_PORT: '0', CONTROL_PORT: '0', OPS_PORT: '0', WARM_TIMEOUT_MS: '1' },
    ORIGIN_URL: await origin.listen()
  })
  const sidecar = await createSidecar({ config, log: createLogger({ level: 'silent' }) })
  const { proxy } = await sidecar.listen()
  t.teardown(() => sidecar.close())
  const status = async () => (await get(proxy + PATH)).headers['cache-status']

  t.equal(await status(), 'spms; fwd=uri-miss; stored')
  clocks.step = -HOUR
  t.match(await status(), /^spms; hit; ttl=(300|29\d)$/)
  clocks.passed = 200_000
  t.match(await status(), /^spms; hit; ttl=(100|\d\d)$/)
  clocks.passed = 301_000
  t.match(await status(), /^spms; fwd=/)
})
