import { request } from 'undici'
import { bodyOf, BODY_KEY } from '../subjects/body.js'
import { sidecarRedis, webdis } from '../subjects/index.js'
import { webdisTarget } from '../subjects/webdis.js'
import type { RunningSubject } from '../subject.js'
import type { Entrant } from './entrant.js'

/** A value of the control door, over its port or its unix socket. */
export const readsValue = (door: 'TCP' | 'unix socket', bodyBytes: number): Entrant => ({
  name: `sidecar, control door, ${door}`,
  missing: () => sidecarRedis.missing(),
  prepare: async (stage) => {
    const running = await stage.start(sidecarRedis)
    const url = await putValue(running, bodyBytes)
    const socketPath = door === 'TCP' ? undefined : running.socketPath
    return { url, socketPath, path: VALUE, headers: {}, pids: running.pids }
  }
})

export const webdisReads: Entrant = {
  name: webdis.name,
  missing: () => webdis.missing(),
  prepare: async (stage) => {
    const { url, pids } = await stage.start(webdis)
    return { url, path: webdisTarget, headers: {}, pids }
  }
}

const VALUE = `/v1/entries/${encodeURIComponent(BODY_KEY)}`

/** Returns where the door is. */
const putValue = async ({ controlUrl }: RunningSubject, bodyBytes: number): Promise<string> => {
  if (controlUrl === undefined) throw new Error('The subject has no control door.')
  const { statusCode, body } = await request(`${controlUrl}${VALUE}?ttl=3600`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: bodyOf(bodyBytes)
  })
  await body.dump()
  if (statusCode !== 204) throw new Error(`The value was not stored: ${statusCode}.`)
  return controlUrl
}
