import { cpSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './spawn.mjs'

const source = join(root, 'src')
const output = join(root, 'dist')
const stamp = join(output, '.built')

/**
 * Bundles `src` and what it imports to `dist/main.js`: reading some hundred modules takes longer than the rest
 * of the start. Modules imported when needed stay apart. The types are checked by `npm run types`.
 */
export const bundle = async () => {
  rmSync(output, { recursive: true, force: true })
  // Not a static import: this script also installs it.
  const { build } = await import('esbuild')
  await build({
    absWorkingDir: root,
    entryPoints: ['src/main.ts'],
    outdir: 'dist',
    bundle: true,
    splitting: true,
    // In one folder: a module reads its files beside itself.
    chunkNames: '[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node22.19',
    sourcemap: true,
    sourcesContent: false,
    // The documentation page reads files beside its modules.
    external: ['@fastify/swagger', '@fastify/swagger-ui'],
    // What is CommonJS among the dependencies asks for the modules of Node by `require`.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"
    },
    logLevel: 'warning'
  })
  cpSync(join(source, 'resources', 'spms.yaml'), join(output, 'spms.yaml'))
  writeFileSync(stamp, '')
}

/** Bundles unless the last bundle is newer than every source. */
export const ensureBuild = async () => {
  const builtAt = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0
  const sources = ['tsconfig.json', 'package-lock.json'].map((file) => join(root, file))
  if (builtAt > newest([source, ...sources])) return
  console.log('Building …')
  await bundle()
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
