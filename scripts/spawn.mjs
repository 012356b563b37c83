import { spawn, spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** Runs a program to its end; throws with what it said when it fails. */
export const runQuietly = (program, args, env = {}) => {
  const result = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    env: { ...process.env, ...env }
  })
  if (result.status === 0) return
  const said = result.error?.message ?? `${result.stdout}${result.stderr}`.trim()
  throw new Error(`\`${program} ${args.join(' ')}\` failed:\n${said}`)
}

/** Runs a program in the foreground, passing signals on; resolves with its exit code. */
export const runInForeground = (program, args, env = process.env) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit', env })
    // A terminal sends Ctrl-C to the child as well: only stay until it has ended.
    process.on('SIGINT', () => undefined)
    for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })

export const runNode = (args) => runInForeground(process.execPath, args)

export const isOnPath = (program) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => isExecutable(join(folder, program)))

export const isExecutable = (file) => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
