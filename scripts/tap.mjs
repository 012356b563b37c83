import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, runNode, runQuietly } from './spawn.mjs'

const TAP = 'node_modules/tap/dist/esm/run.mjs'
const BUILT = join(root, 'node_modules/@tapjs/test/test-built/dist/esm/index.js')

/**
 * Resolves with the exit code. tap builds the plugins of `.taprc` into itself when a run begins, but has taken
 * the loader of the test files before: without a build of its own, the run after an install has the old one.
 */
export const runTap = (args) => {
  if (!readFileSync(BUILT, 'utf8').includes('tap-tsx')) runQuietly(process.execPath, [TAP, 'build'])
  return runNode([TAP, ...args])
}
