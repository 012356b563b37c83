import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../test/support/free-port.js'
import { NODE_ARGUMENTS } from '../../test/support/sidecar-command.js'
import type { RunningSubject, SubjectOptions } from '../subject.js'
import { bodyOf } from './body.js'
import { createFolder, isListening, launch } from './process.js'

/** Runs a script of `floors` with Node, set up as for the sidecar. It gets its settings as JSON: port, headers, a file with the body. */
export const startFloor = async (
  script: string,
  { core, headers, bodyBytes }: SubjectOptions,
  settings: Readonly<Record<string, unknown>> = {}
): Promise<RunningSubject> => {
  const port = await freePort()
  const folder = await createFolder()
  const bodyFile = join(folder, 'body')
  await writeFile(bodyFile, bodyOf(bodyBytes))
  const file = fileURLToPath(new URL(`floors/${script}`, import.meta.url))
  const { pid, stop } = await launch({
    name: script,
    command: [
      process.execPath,
      ...NODE_ARGUMENTS,
      file,
      JSON.stringify({ port, headers, bodyFile, ...settings })
    ],
    environment: { NODE_ENV: 'production' },
    core,
    folder,
    isReady: () => isListening(port)
  })
  return { url: `http://127.0.0.1:${port}`, pids: [pid], stop }
}
