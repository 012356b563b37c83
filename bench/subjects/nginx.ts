import { freePort } from '../../test/support/free-port.js'
import type { Subject } from '../subject.js'
import { createFolder, isListening, launch } from './process.js'
import { missingProgram } from './programs.js'
import { scratchParent } from './scratch.js'
import { fillTemplate } from './template.js'

export const nginx: Subject = {
  name: 'nginx proxy_cache',
  missing: () => missingProgram('nginx', 'apt-get install nginx-light'),
  start: async ({ originUrl, core }) => {
    const port = await freePort()
    const folder = await createFolder(await scratchParent())
    const values = { port: `${port}`, origin: new URL(originUrl).host }
    const file = await fillTemplate('nginx.conf', folder, values)
    const { pid, stop } = await launch({
      name: 'nginx',
      command: ['nginx', '-p', folder, '-e', 'stderr', '-c', file],
      core,
      folder,
      isReady: () => isListening(port)
    })
    return { url: `http://127.0.0.1:${port}`, pids: [pid], stop }
  }
}
