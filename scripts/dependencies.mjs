import { statSync } from 'node:fs'
import { join } from 'node:path'
import { root, runQuietly } from './spawn.mjs'

/** Installs the locked dependencies unless the last install is newer than the lock file. */
export const ensureDependencies = () => {
  const installedAt = modifiedAt('node_modules/.package-lock.json')
  if (installedAt >= modifiedAt('package-lock.json')) return
  console.log('Installing dependencies …')
  runQuietly('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'])
}

/** Epoch milliseconds; 0 for a file that is not there. */
const modifiedAt = (file) => statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0
