import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './spawn.mjs'

const source = join(root, 'src')
const output = join(root, 'dist')
/** Written last: a build that was broken off has none. */
const stamp = join(output, 'package.json')

/** Files that are read at run time, by where they are found below `dist`. The pages of `/docs` name each of the last. */
const FILES = {
  'spms.yaml': 'src/resources/spms.yaml',
  ...Object.fromEntries(
    [
      'favicon-16x16.png',
      'favicon-32x32.png',
      'index.css',
      'logo.svg',
      'swagger-ui-bundle.js',
      'swagger-ui-standalone-preset.js',
      'swagger-ui.css'
    ].map((name) => [`swagger-ui/static/${name}`, `node_modules/@fastify/swagger-ui/static/${name}`])
  )
}

/**
 * Bundles `src` and all that it imports to `dist`, which then needs nothing beside it but Node: reading some hundred modules
 * takes longer than the rest of the start. What is imported when needed is a chunk of its own, and read only then. The types
 * are checked by `npm run types`. A release has no source maps: it is not minified either, so that a stack names functions.
 * Resolves with esbuild's account of what went in.
 */
export const bundle = async ({ isRelease = false, revision = 'unknown' } = {}) => {
  rmSync(output, { recursive: true, force: true })
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  // Not a static import: this script also installs it.
  const { build } = await import('esbuild')
  const { metafile } = await build({
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
    sourcemap: !isRelease,
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    define: { BUILD_VERSION: JSON.stringify(version), BUILD_REVISION: JSON.stringify(revision) },
    plugins: [filesOfSwaggerUi],
    // What is CommonJS among the dependencies asks for the modules of Node by `require`.
    banner: {
      js: [
        "import { createRequire } from 'node:module';",
        'const require = createRequire(import.meta.url), bundleFolder = import.meta.dirname;'
      ].join(' ')
    },
    // Of the sketches, for a form in which they are not sent here.
    external: ['protobufjs/minimal'],
    logLevel: 'warning'
  })
  for (const [target, from] of Object.entries(FILES)) {
    mkdirSync(dirname(join(output, target)), { recursive: true })
    cpSync(join(root, from), join(output, target))
  }
  // Says that the modules are ES modules, wherever the folder is put.
  writeFileSync(stamp, `${JSON.stringify({ name, version, type: 'module' })}\n`)
  return metafile
}

/** Its modules look for the pages beside themselves: in a bundle, that is `swagger-ui` below `dist`. */
const filesOfSwaggerUi = {
  name: 'files-of-swagger-ui',
  setup: ({ onLoad }) => {
    onLoad({ filter: /@fastify\/swagger-ui\/(index|lib\/routes)\.js$/ }, ({ path }) => {
      const folder = path.endsWith('routes.js') ? 'swagger-ui/lib' : 'swagger-ui'
      const text = readFileSync(path, 'utf8')
      return { contents: text.replaceAll('__dirname', `path.join(bundleFolder, '${folder}')`) }
    })
  }
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
