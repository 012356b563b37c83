import { request } from 'undici'
import { bodyOf } from '../bodies.js'
import { sidecarRedis, webdis } from '../subjects/index.js'
import { webdisTarget } from '../subjects/webdis.js'
import type { RunningSubject } from '../subject.js'
import type { Entrant } from './entrant.js'

/** A value of the control door, over its port or its unix socket. */
export const readsValue = (door: 'TCP' | 'unix socket'): Entrant => ({
  name: `sidecar, control door, ${door}`,
  missing: () => sidecarRedis.missing(),
  prepare: async (stage) => {
    const running = await stage.start(sidecarRedis)
    const url = await putValues(running, stage.bodyBytes)
    const socketPath = door === 'TCP' ? undefined : running.socketPath
    return { url, socketPath, paths: VALUES, headers: [{}], pids: running.pids }
  }
})

export const webdisReads: Entrant = {
  name: webdis.name,
  missing: () => webdis.missing(),
  prepare: async (stage) => {
    const { url, pids } = await stage.start(webdis)
    return { url, paths: [webdisTarget], headers: [{}], pids }
  }
}

/** Many: what one reader asks for can hardly be shared with the next. */
const VALUES = Array.from({ length: 64 }, (_, at) => `/v1/entries/${encodeURIComponent(`bench:value:${at}`)}`)

/** Returns where the door is. */
const putValues = async ({ controlUrl }: RunningSubject, bodyBytes: number): Promise<string> => {
  if (controlUrl === undefined) throw new Error('The subject has no control door.')
  for (const value of VALUES) {
    const { statusCode, body } = await request(`${controlUrl}${value}?ttl=3600`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: bodyOf('/branches', bodyBytes)
    })
    await body.dump()
    if (statusCode !== 204) throw new Error(`The value was not stored: ${statusCode}.`)
  }
  return controlUrl
}
