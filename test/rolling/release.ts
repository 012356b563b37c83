import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The last revision whose scripts ask Redis for `INFO`, and which keeps in Redis nothing of how an epoch began. */
export const BEFORE = '3893bee33ca12851e7bacb33d011d00651c9ebb0'

const run = (program: string, args: readonly string[], cwd: string): Buffer => {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, maxBuffer: 2 ** 28 })
  if (status === 0) return stdout
  throw new Error(`\`${program} ${args.join(' ')}\` failed: ${error?.message ?? stderr.toString()}`)
}

/**
 * The bundle of a revision of this repository, from its own sources and the packages that are installed now. It is built once,
 * and stays in `.tools`. Throws where the history does not reach so far back: `git fetch --unshallow` brings it.
 */
export const bundleOf = (revision: string): string => {
  const folder = join(ROOT, '.tools', 'releases', revision)
  const bundle = join(folder, 'dist', 'main.js')
  const built = join(folder, '.built')
  if (existsSync(built)) return bundle
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const archive = join(folder, 'sources.tar')
  const parts = ['src', 'scripts', 'package.json', 'tsconfig.json']
  run('git', ['archive', '--output', archive, revision, ...parts], ROOT)
  run('tar', ['-xf', archive], folder)
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  const build = "const { bundle } = await import('./scripts/build.mjs'); await bundle()"
  run(process.execPath, ['--input-type=module', '-e', build], folder)
  writeFileSync(built, '')
  return bundle
}
