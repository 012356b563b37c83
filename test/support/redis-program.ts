import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { exitOf, endWithTest } from './children.js'
import { freePort } from './free-port.js'

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The one that was chosen by TEST_REDIS, or the first Redis server program on the PATH. */
export const program = [
  process.env['TEST_REDIS_PROGRAM'] ?? '',
  ...['redis-server', 'valkey-server'].flatMap((name) =>
    (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name))
  )
].find(isExecutable)

/** For the `skip` option of tests that start, stop or configure a server: a reason where that is impossible. */
export const needsOwnRedis: string | false =
  program === undefined ? 'needs a redis-server or valkey-server program on the PATH' : false

export interface Launch {
  readonly folder: string
  /** Any free one without it. */
  readonly port: number | undefined
  readonly args: readonly string[]
}

export interface RunningRedis {
  readonly child: ChildProcess
  readonly port: number
  readonly pid: number
}

/** Resolves when the server accepts connections; rejects with what it said when it ends before. */
export const launchRedis = async ({ folder, port, args }: Launch): Promise<RunningRedis> => {
  if (program === undefined) throw new Error('There is no redis-server or valkey-server on the PATH.')
  const chosen = port ?? (await freePort())
  const child = spawn(program, [...DEFAULTS, '--dir', folder, '--port', `${chosen}`, ...args], {
    stdio: ['ignore', 'pipe', 'pipe']
  })
  endWithTest(child)
  const said: string[] = []
  await Promise.race([
    new Promise<void>((resolve) => {
      createInterface(child.stdout).on('line', (line) => {
        said.push(line)
        if (line.includes('Ready to accept connections')) resolve()
      })
    }),
    exitOf(child).then(() => Promise.reject(new Error(`Redis ended at its start:\n${said.join('\n')}`)))
  ])
  if (child.pid === undefined) throw new Error('The server has no process id.')
  return { child, port: chosen, pid: child.pid }
}

const DEFAULTS = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--daemonize', 'no']
