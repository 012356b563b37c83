import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { endWithTest, exitOf, isAlive } from '../../support/children.js'
import { http } from '../../support/http.js'
import type { Caller } from '../callers.js'
import type { Backend } from '../start-backend.js'
import { DJANGO, PROJECT, PYTHON } from '../start-database.js'
import { requestOf } from '../write-case.js'

/** The ways in which records change without the sidecar seeing it, and how often each is taken in a hundred writes. */
export const WAYS = { orm: 30, bulk: 15, update: 20, cursor: 10, sql: 15, admin: 9, shell: 1 } as const
export type Way = keyof typeof WAYS

/** Writes around the sidecars. A write that rejects may have been carried out, or not. */
export interface Writers {
  /** Resolves with what was written, when it is committed. */
  write(way: Way, seed: number): Promise<string>
  /** One statement of psql, in a transaction of its own. */
  execute(statement: string): Promise<void>
  stop(): Promise<void>
}

export interface WritersOptions {
  readonly backend: Backend
  /** An administrator, with the token for writes. */
  readonly administrator: Caller
}

/** Each way but the shell and the admin has a process that goes on until the end, or until it fails. */
export const startWriters = ({ backend, administrator }: WritersOptions): Writers => {
  const { folder } = backend.database
  const django = { ...DJANGO, SPMS_DATABASE_FOLDER: folder }
  const command = conversation(PYTHON, ['-m', 'django', 'write_randomly'], { cwd: PROJECT, env: django })
  const psql = conversation(
    fileURLToPath(new URL('../../../.tools/postgres/psql', import.meta.url)),
    ['-q', '-t', '-A', '-X', '-v', 'ON_ERROR_STOP=1', '-h', folder, '-U', 'spms', '-d', 'spms'],
    { cwd: folder, env: { PATH: process.env['PATH'] ?? '' } }
  )

  const byDjango = async (way: Way, seed: number): Promise<string> => {
    const line = await command.say(JSON.stringify({ way, seed }))
    const answer: unknown = JSON.parse(line)
    if (typeof answer === 'object' && answer !== null && 'wrote' in answer) return String(answer.wrote)
    throw new Error(line)
  }
  const execute = async (statement: string): Promise<void> => {
    await psql.say(`${statement};\n\\echo done`)
  }
  const bySql = async (seed: number): Promise<string> => {
    const statement = statementOf(seed)
    await execute(statement)
    return statement
  }
  const byShell = async (seed: number): Promise<string> => {
    const code = `from spms.models import Branch; Branch.objects.filter(pk=${1 + (seed % 12)}).update(name="shell ${seed}")`
    const shell = spawn(PYTHON, ['-m', 'django', 'shell', '-c', code], {
      cwd: PROJECT,
      env: django,
      stdio: 'ignore'
    })
    endWithTest(shell)
    const { code: exit } = await exitOf(shell)
    if (exit !== 0) throw new Error(`The shell ended with ${exit}.`)
    return code
  }
  const byAdmin = async (seed: number): Promise<string> => {
    const branch = 1 + (seed % 12)
    const form = { agency: '1', name: `admin ${seed}`, manager: '2' }
    const { headers, body } = requestOf({ write: '', form, status: 302 }, administrator.headers)
    const url = `${backend.url}/admin/spms/branch/${branch}/change/`
    const answer = await http(url, { method: 'POST', headers, ...(body !== undefined && { body }) })
    if (answer.status !== 302)
      throw new Error(`The admin answered ${answer.status}: ${answer.text().slice(0, 300)}`)
    return `admin of branch ${branch}`
  }

  return {
    execute,
    write: (way, seed) => {
      if (way === 'sql') return bySql(seed)
      if (way === 'shell') return byShell(seed)
      if (way === 'admin') return byAdmin(seed)
      return byDjango(way, seed)
    },
    stop: async () => {
      await Promise.all([command.stop(), psql.stop()])
    }
  }
}

/** Statements of psql, each a transaction of its own. */
const STATEMENTS: readonly ((seed: number) => string)[] = [
  (seed) => `UPDATE spms_branch SET name = 'sql ${seed}' WHERE id = ${1 + (seed % 12)}`,
  (seed) => `UPDATE spms_user SET display_first_name = 'sql ${seed}' WHERE id IN (2, 6)`,
  (seed) => `UPDATE spms_project SET title = 'sql ${seed}' WHERE id % 10 = ${seed % 10}`,
  (seed) => `UPDATE spms_work SET role = 'sql ${seed}' WHERE user_id % 5 = ${seed % 5}`,
  (seed) => `DELETE FROM spms_projectmember WHERE project_id = ${1 + (seed % 120)} AND NOT is_leader`,
  (seed) => `DELETE FROM spms_avatar WHERE user_id = ${1 + (seed % 60)}`,
  (seed) =>
    `INSERT INTO spms_avatar (user_id, file, created_at, updated_at) VALUES (${1 + (seed % 60)}, 'sql/${seed}.jpg', now(), now()) ON CONFLICT (user_id) DO UPDATE SET file = EXCLUDED.file`,
  (seed) =>
    `INSERT INTO spms_projectmember (project_id, user_id, is_leader, role, time_allocation, position, comments, short_code, created_at, updated_at) VALUES (${1 + (seed % 120)}, 6, false, 'sql', 0, 9, '', '', now(), now()) ON CONFLICT (project_id, user_id) DO UPDATE SET role = 'sql ${seed}'`
]

const statementOf = (seed: number): string =>
  (STATEMENTS[seed % STATEMENTS.length] ?? (() => ''))(Math.floor(seed / STATEMENTS.length))

interface Conversation {
  /** Writes a line and resolves with the next one that comes. One at a time. */
  say(line: string): Promise<string>
  stop(): Promise<void>
}

interface Surroundings {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

const TIMEOUT_MS = 30_000

/** With a program that answers each line with one, and is started anew when it has ended. */
const conversation = (program: string, args: readonly string[], where: Surroundings): Conversation => {
  const start = () => {
    const child = spawn(program, args, { ...where, stdio: ['pipe', 'pipe', 'ignore'] })
    endWithTest(child)
    child.stdin.on('error', () => undefined)
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    return { child, stdin: child.stdin, lines }
  }
  let running: ReturnType<typeof start> | undefined
  return {
    say: async (line) => {
      if (running === undefined || !isAlive(running.child)) running = start()
      const { child, stdin, lines } = running
      // Who does not answer is ended, which ends the lines.
      const tooLate = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS)
      stdin.write(`${line}\n`)
      const answer = await lines.next()
      clearTimeout(tooLate)
      if (answer.done === true) {
        await exitOf(child)
        throw new Error(`${program} ended while it was asked for ${line}.`)
      }
      return answer.value
    },
    stop: async () => {
      if (running === undefined) return
      running.child.kill('SIGKILL')
      await exitOf(running.child)
    }
  }
}
