import { freePort } from '../../test/support/free-port.js'
import type { Subject } from '../subject.js'
import { BODY_KEY, storeBody } from './body.js'
import { createFolder, isListening, launch } from './process.js'
import { missingProgram } from './programs.js'
import { fillTemplate } from './template.js'

/** Where it answers with the body alone: not wrapped in JSON, as it is by default. */
export const webdisTarget = `/GET/${encodeURIComponent(BODY_KEY)}?type=application/json`

export const webdis: Subject = {
  name: 'webdis',
  missing: () => missingProgram('webdis', 'apt-get install webdis'),
  start: async ({ redisUrl, bodyBytes, core }) => {
    await storeBody(redisUrl, bodyBytes)
    const port = await freePort()
    const folder = await createFolder()
    const redis = new URL(redisUrl)
    const file = await fillTemplate('webdis.json.template', folder, {
      port: `${port}`,
      redisHost: redis.hostname,
      redisPort: redis.port || '6379',
      redisDatabase: redis.pathname.slice(1) || '0',
      folder
    })
    const { pid, stop } = await launch({
      name: 'webdis',
      command: ['webdis', file],
      core,
      folder,
      isReady: () => isListening(port)
    })
    return { url: `http://127.0.0.1:${port}`, pids: [pid], stop }
  }
}
