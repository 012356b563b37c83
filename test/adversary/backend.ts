import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Test } from 'tap'
import { PYTHON, startPython } from '../origins/python-origin.js'
import { http, type HttpAnswer } from '../support/http.js'
import { type SidecarProcess, startSidecar } from '../support/sidecar-process.js'

const cwd = fileURLToPath(new URL('python/', import.meta.url))

/** Starts python/backend.py behind gunicorn, with variables of its own; it ends with the test. */
export const startBackend = async (
  t: Test,
  environment: Readonly<Record<string, string>> = {}
): Promise<string> => {
  const variables = { BACKEND_DATABASE: join(t.testdir({}), 'backend.sqlite3'), ...environment }
  await promisify(execFile)(PYTHON, [join(cwd, 'backend.py')], { env: variables })
  const { url } = await startPython(t, {
    program: 'gunicorn',
    args: (port) => [
      ...['--bind', `127.0.0.1:${port}`, '--worker-class', 'gthread', '--threads', '8', '--keep-alive', '0'],
      'backend:application'
    ],
    path: '/health/',
    cwd,
    environment: variables
  })
  return url
}

/** A sidecar in front of it, with an embedded store; it ends with the test. */
export const sidecarFor = async (
  t: Test,
  origin: string,
  settings: Readonly<Record<string, string>> = {}
): Promise<SidecarProcess> => {
  const sidecar = await startSidecar({
    ORIGIN_URL: origin,
    CACHE_STORE: 'memory',
    LOG_LEVEL: 'warn',
    ...settings
  })
  t.teardown(() => sidecar.stop())
  return sidecar
}

/** Values of the cookies that an answer sets, by name. */
export const cookiesOf = ({ headers }: HttpAnswer): Readonly<Record<string, string>> => {
  const set = [headers['set-cookie'] ?? []].flat()
  return Object.fromEntries(
    set.map((field) => (field.split(';', 1)[0] ?? '').split('=', 2) as [string, string])
  )
}

/** Sends Django's log-in form, as a browser does, and resolves with the answer: a redirect, or 200 and the form again. */
export const sendLogIn = async (base: string, name: string, password: string): Promise<HttpAnswer> => {
  const { csrftoken = '' } = cookiesOf(await http(`${base}/admin/login/`))
  return http(`${base}/admin/login/`, {
    method: 'POST',
    headers: { cookie: `csrftoken=${csrftoken}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      username: name,
      password,
      csrfmiddlewaretoken: csrftoken,
      next: '/admin/'
    }).toString()
  })
}

export interface Session {
  readonly sessionid: string
  readonly csrftoken: string
}

/** Logs in, and rejects when that fails. */
export const logIn = async (base: string, name: string): Promise<Session> => {
  const { sessionid, csrftoken } = cookiesOf(await sendLogIn(base, name, name))
  if (sessionid === undefined || csrftoken === undefined) throw new Error(`${name} was not let in`)
  return { sessionid, csrftoken }
}

export const isHit = ({ headers }: HttpAnswer): boolean => /; hit/.test(String(headers['cache-status']))
