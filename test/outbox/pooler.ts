import { spawn } from 'node:child_process'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Test } from 'tap'
import { endWithTest, exitOf } from '../support/children.js'
import { eventually } from '../support/eventually.js'
import { freePort } from '../support/free-port.js'
import type { OutboxStage } from './stage.js'

const program = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  .map((folder) => join(folder, 'pgbouncer'))
  .find((file) => existsSync(file))

/** For tests of a pooler. */
export const needsPooler = program === undefined ? 'needs pgbouncer' : false

export interface Pooler {
  /** For `OUTBOX_URL`. */
  readonly url: string
  readonly port: number
  kill(): Promise<void>
  start(): Promise<void>
}

/** PgBouncer in transaction mode with one connection to the server, before the database of a stage; ended with the test. */
export const startPooler = async (t: Test, { postgres, url }: OutboxStage): Promise<Pooler> => {
  const port = await freePort()
  const { folder } = postgres
  // It does not run as root.
  const { uid, gid } = statSync(join(folder, 'data'))
  const users = join(folder, 'userlist.txt')
  writeFileSync(users, '"reader" "reader password"\n"spms" ""\n')
  const settings = join(folder, 'pgbouncer.ini')
  writeFileSync(
    settings,
    [
      '[databases]',
      `postgres = host=${folder} port=${postgres.port}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = trust',
      `auth_file = ${users}`,
      'pool_mode = transaction',
      'default_pool_size = 1',
      ''
    ].join('\n')
  )
  const launch = () => {
    const child = spawn(program ?? '', [settings], { uid, gid, stdio: 'ignore' })
    endWithTest(child)
    return child
  }
  let running = launch()
  t.teardown(() => running.kill('SIGKILL'))
  return {
    url: url.replace(`:${postgres.port}/`, `:${port}/`),
    port,
    kill: async () => {
      running.kill('SIGKILL')
      await exitOf(running)
    },
    start: async () => {
      running = launch()
      await eventually(() => running.pid !== undefined)
    }
  }
}
