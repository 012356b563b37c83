import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const RUN = fileURLToPath(new URL('./run.mjs', import.meta.url))

/**
 * Starts a container of the image in this folder, with an embedded store and ports of its own, and resolves once it is
 * ready. `execute` runs a program in it and resolves with its exit code and output; `ended` with the container's exit code.
 * `stop` ends it by SIGTERM, if it has not ended.
 */
export const startContainer = async (folder) => {
  const [proxy, control, ops] = await Promise.all([freePort(), freePort(), freePort()])
  const env = {
    CACHE_STORE: 'memory',
    PROXY_PORT: proxy,
    CONTROL_PORT: control,
    OPS_PORT: ops,
    LOG_LEVEL: 'warn'
  }
  const child = spawn(process.execPath, [RUN, folder], { env, stdio: ['ignore', 'inherit', 'inherit'] })
  const ended = once(child, 'exit').then(([code]) => code)
  const id = `sidecar-${child.pid}`
  const execute = async (command) => {
    const args = ['--root', join(folder, 'runc'), 'exec', id, ...command]
    const [code, output] = await promisify(execFile)('runc', args, { timeout: 30_000 }).then(
      ({ stdout }) => [0, stdout.trim()],
      ({ code, stderr }) => [code, stderr.trim()]
    )
    return { code, output }
  }
  const at = (port) => `http://127.0.0.1:${port}`
  const container = {
    proxy: at(proxy),
    control: at(control),
    ops: at(ops),
    ended,
    execute,
    stop: () => child.kill()
  }
  try {
    await untilReady(`${container.ops}/ready`, ended)
  } catch (error) {
    container.stop()
    throw error
  }
  return container
}

const untilReady = async (url, ended) => {
  let hasEnded = false
  void ended.then(() => (hasEnded = true))
  for (let attempt = 0; attempt < 300 && !hasEnded; attempt++) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined)
    if (answer?.ok) return
    await setTimeout(100)
  }
  throw new Error(hasEnded ? 'The container ended at its start.' : 'The container is not ready after 30 s.')
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
