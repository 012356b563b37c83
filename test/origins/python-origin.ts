import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { endWithTest, exitOf, isAlive } from '../support/children.js'
import { eventually } from '../support/eventually.js'
import { freePort } from '../support/free-port.js'
import { get } from '../support/http.js'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** The Python that has what `requirements.txt` pins. */
export const PYTHON = fileURLToPath(new URL('../../.tools/python/bin/python', import.meta.url))

export interface PythonOptions {
  readonly program: 'gunicorn' | 'uvicorn' | 'waitress'
  readonly args: (port: number) => readonly string[]
  /** Answers when the server is there. */
  readonly path: string
  readonly cwd?: string
  readonly environment?: Readonly<Record<string, string>>
}

export interface PythonOrigin {
  readonly url: string
  /** What it wrote to its error stream. */
  readonly said: () => string
}

/** Starts it on a free port and resolves when it answers; it ends with the test. */
export const startPython = async (t: Test, options: PythonOptions): Promise<PythonOrigin> => {
  const { program, args, path, cwd = folder, environment = {} } = options
  const port = await freePort()
  const child = spawn(PYTHON, ['-m', program, ...args(port)], {
    cwd,
    // Not tap's own variables, by which it follows what a test starts.
    env: { PATH: process.env['PATH'] ?? '', PYTHONDONTWRITEBYTECODE: '1', ...environment },
    stdio: ['ignore', 'ignore', 'pipe']
  })
  endWithTest(child)
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  t.teardown(() => {
    // gunicorn ends its workers with itself; uvicorn would wait for who is connected.
    child.kill(program === 'gunicorn' ? 'SIGINT' : 'SIGKILL')
    return exitOf(child)
  })
  const url = `http://127.0.0.1:${port}`
  const isThere = async (): Promise<boolean> => !isAlive(child) || (await get(url + path)).status === 200
  await eventually(isThere, { timeoutMs: 60_000 })
  if (!isAlive(child)) throw new Error(`${program} ended at its start:\n${said}`)
  return { url, said: () => said }
}
