import { freePort } from '../../test/support/free-port.js'
import type { Subject } from '../subject.js'
import { createFolder, isListening, launch } from './process.js'
import { missingProgram } from './programs.js'
import { scratchParent } from './scratch.js'
import { fillTemplate } from './template.js'

export const varnish: Subject = {
  name: 'Varnish',
  missing: () => missingProgram('varnishd', 'apt-get install varnish'),
  start: async ({ originUrl, core }) => {
    const port = await freePort()
    // Its log is a file that it maps into memory, and its configuration a library that it compiles and loads.
    const folder = await createFolder(await scratchParent({ holdsPrograms: true }))
    const { hostname, port: originPort } = new URL(originUrl)
    const file = await fillTemplate('varnish.vcl', folder, { host: hostname, port: originPort || '80' })
    const { pid, stop } = await launch({
      name: 'varnishd',
      command: ['varnishd', '-F', '-n', folder, '-f', file, '-a', `127.0.0.1:${port}`, ...ARGUMENTS],
      core,
      folder,
      isReady: () => isListening(port)
    })
    return { url: `http://127.0.0.1:${port}`, pids: [pid], stop }
  }
}

/** As many threads at hand as the stampede has readers: its manual says that spare ones do no harm. */
const ARGUMENTS = ['-s', 'malloc,256m', '-T', 'none', '-p', 'thread_pools=2', '-p', 'thread_pool_min=500']
