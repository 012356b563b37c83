import { spawn } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { exitOf, isAlive } from '../../test/support/children.js'
import { pinned } from '../load/cores.js'

export interface Launch {
  /** For error messages. */
  readonly name: string
  readonly command: readonly [program: string, ...args: readonly string[]]
  readonly environment?: Readonly<Record<string, string>>
  readonly core: number | undefined
  /** Removed when the processes have ended. */
  readonly folder: string
  /** Asked until it holds; the launch fails when the process ends before, or after 15 s. */
  readonly isReady: () => Promise<boolean>
}

export interface Launched {
  readonly pid: number
  /** SIGTERM, and SIGKILL to whatever is left after 10 s. */
  readonly stop: () => Promise<void>
}

/**
 * Starts a program in a process group of its own. However this process ends, by SIGKILL too, the group is
 * ended and the folder is removed.
 */
export const launch = async ({ name, command, core, folder, ...options }: Launch): Promise<Launched> => {
  const [program, ...args] = pinned(core, command)
  const child = spawn(program, args, {
    detached: true,
    env: { PATH: searchPath().join(':'), ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const failure = new Promise<Error>((resolve) => child.once('error', resolve))
  if (child.pid === undefined) {
    await rm(folder, { recursive: true })
    throw new Error(`${name} cannot be started.`, { cause: await failure })
  }
  const cleanUp = startReaper(child.pid, folder)
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)))
  }
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await Promise.race([exitOf(child), setTimeout(10_000, undefined, { ref: false })])
    await cleanUp()
  }

  const startedAt = performance.now()
  while (!(await options.isReady())) {
    const isLate = performance.now() - startedAt > 15_000
    if (isAlive(child) && !isLate) {
      await setTimeout(2)
      continue
    }
    await stop()
    throw new Error(`${name} ${isLate ? 'is not ready' : 'ended at its start'}:\n${said}`)
  }
  return { pid: child.pid, stop }
}

/** Where programs are looked for. Servers are often beside the paths of those who are not root. */
export const searchPath = (): readonly string[] => [
  ...new Set([...(process.env['PATH'] ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin'])
]

/** For the processes of one launch; those that change their user can read it, too. */
export const createFolder = async (parent = tmpdir()): Promise<string> => {
  const folder = await mkdtemp(join(parent, 'spms-bench-'))
  await chmod(folder, 0o755)
  return folder
}

/** Whether something accepts connections on a port of loopback. */
export const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

/** A shell that waits for the end of its input, which comes with the end of this process at the latest. */
const startReaper = (group: number, folder: string): (() => Promise<void>) => {
  const script = 'read -r _; kill -s KILL -- "-$1" 2>/dev/null; rm -rf -- "$2"'
  const reaper = spawn('sh', ['-c', script, 'sh', `${group}`, folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore']
  })
  reaper.unref()
  return async () => {
    reaper.ref()
    reaper.stdin.end()
    await exitOf(reaper)
  }
}
