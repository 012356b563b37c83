import { kill } from 'node:process'
import t from 'tap'
import { startOrigin } from '../demo/start-origin.js'
import { eventually } from '../support/eventually.js'
import { get } from '../support/http.js'
import { startSidecar } from '../support/sidecar-process.js'

/** A Service chooses a pod for each connection, so that those who keep one have to be told to leave. */
t.test('a sidecar that is about to stop answers, and ends the connections of its callers', async (t) => {
  const { address } = await startOrigin(t)
  const sidecar = await startSidecar({
    ...{ CACHE_STORE: 'memory', ORIGIN_URL: address },
    SHUTDOWN_DELAY_MS: '60000'
  })
  t.teardown(() => sidecar.stop('SIGKILL'))
  const read = async (): Promise<string> => {
    const { status, headers } = await get(`${sidecar.proxy}/api/v1/users/2/projects`)
    return `${status} ${String(headers['connection'])}`
  }
  t.equal(await read(), '200 keep-alive')
  kill(sidecar.pid, 'SIGTERM')
  await eventually(async () => (await get(`${sidecar.ops}/ready`)).status === 503)
  t.equal(await read(), '200 close')
})
