import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { type PythonOptions, startPython } from '../origins/python-origin.js'

export interface BelievingServer {
  readonly name: string
  /** Its address; it ends with the test. */
  readonly start: (t: Test) => Promise<string>
}

const cwd = fileURLToPath(new URL('python/', import.meta.url))

const server = (
  name: string,
  program: PythonOptions['program'],
  args: (port: number) => readonly string[]
): BelievingServer => ({
  name,
  start: async (t) => (await startPython(t, { program, args, path: '/health/', cwd })).url
})

const gunicorn = (name: string, ...args: readonly string[]): BelievingServer =>
  server(name, 'gunicorn', (port) => [
    ...['--bind', `127.0.0.1:${port}`, '--worker-class', 'gthread', '--threads', '8', '--keep-alive', '0'],
    ...args,
    'believer:wsgi'
  ])

const waitress = (name: string, ...args: readonly string[]): BelievingServer =>
  server(name, 'waitress', (port) => [`--listen=127.0.0.1:${port}`, ...args, 'believer:wsgi'])

const X_FORWARDED = 'x-forwarded-for x-forwarded-host x-forwarded-proto x-forwarded-port x-forwarded-by'

/** Each runs an application that says what it believes. */
export const SERVERS: readonly BelievingServer[] = [
  gunicorn('gunicorn'),
  gunicorn('gunicorn, header_map=dangerous', '--header-map', 'dangerous'),
  server('uvicorn', 'uvicorn', (port) => ['--port', `${port}`, '--log-level', 'error', 'believer:asgi']),
  waitress('waitress'),
  waitress(
    'waitress, X-Forwarded-* trusted',
    ...['--trusted-proxy=127.0.0.1', `--trusted-proxy-headers=${X_FORWARDED}`]
  ),
  waitress(
    'waitress, Forwarded trusted',
    ...['--trusted-proxy=127.0.0.1', '--trusted-proxy-headers=forwarded']
  )
]
