import { cpSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, runQuietly } from './spawn.mjs'

const source = join(root, 'src')
const output = join(root, 'dist')
const stamp = join(output, '.built')

/** Compiles `src` to `dist`, resource tables included. */
export const compile = () => {
  rmSync(output, { recursive: true, force: true })
  runQuietly(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'])
  mkdirSync(join(output, 'resources'), { recursive: true })
  for (const file of readdirSync(join(source, 'resources'))) {
    if (file.endsWith('.yaml')) cpSync(join(source, 'resources', file), join(output, 'resources', file))
  }
  writeFileSync(stamp, '')
}

/** Builds unless the last build is newer than every source. */
export const ensureBuild = () => {
  const builtAt = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0
  const sources = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'].map((file) =>
    join(root, file)
  )
  if (builtAt > newest([source, ...sources])) return
  console.log('Building …')
  compile()
}

/** A folder counts as well: its time changes when a file in it is added or removed. */
const newest = (paths) =>
  Math.max(
    ...paths.map((path) => {
      const { mtimeMs } = statSync(path)
      const entries = statSync(path).isDirectory() ? readdirSync(path) : []
      return Math.max(mtimeMs, entries.length > 0 ? newest(entries.map((entry) => join(path, entry))) : 0)
    })
  )
