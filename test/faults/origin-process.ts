import { spawn } from 'node:child_process'
import type { Test } from 'tap'
import { endWithTest, exitOf } from '../support/children.js'
import { eventually } from '../support/eventually.js'
import { freePort } from '../support/free-port.js'
import { get, http } from '../support/http.js'

/** The sample origin in a process of its own. */
export interface OriginProcess {
  readonly address: string
  /** From now on each answer takes so long. */
  setLatency(ms: number): Promise<void>
  setDisplayName(user: number, name: string): Promise<void>
}

/** What each answer of the origin takes unless told otherwise. */
export const ORIGIN_MS = 20

export const startOrigin = async (
  t: Test,
  { isKeptAlive = false }: { readonly isKeptAlive?: boolean } = {}
): Promise<OriginProcess> => {
  const port = await freePort()
  const address = `http://127.0.0.1:${port}`
  const latency = ['--min-ms', `${ORIGIN_MS}`, '--max-ms', `${ORIGIN_MS}`]
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      'demo/origin/main.ts',
      '--port',
      `${port}`,
      ...latency,
      ...(isKeptAlive ? ['--keep-alive'] : [])
    ],
    { env: { PATH: process.env['PATH'] }, stdio: ['ignore', 'ignore', 'inherit'] }
  )
  endWithTest(child)
  t.teardown(() => {
    child.kill()
    return exitOf(child)
  })
  await eventually(async () => (await get(`${address}/health/`)).status === 200, { timeoutMs: 30_000 })
  const put = async (path: string, body: unknown): Promise<void> => {
    const headers = { 'content-type': 'application/json', ...signOnOf(1) }
    const answer = await http(`${address}${path}`, { method: 'PUT', headers, body: JSON.stringify(body) })
    if (answer.status >= 300) throw new Error(`The origin answers PUT ${path} with ${answer.status}.`)
  }
  return {
    address,
    setLatency: (ms) => put('/__origin/latency', { minMs: ms, maxMs: ms }),
    setDisplayName: (user, name) => put(`/api/v1/users/${user}`, { display_first_name: name })
  }
}

/** The headers of single sign-on. */
export const signOnOf = (user: number): Readonly<Record<string, string>> => ({
  'remote-user': `user${user}`,
  'x-email': `user${user}@sample.test`,
  'x-first-name': 'Sample',
  'x-last-name': `User${user}`
})
