import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { signOnOf } from '../faults/origin-process.js'

export const BRANCHES = '/api/v1/agencies/branches'
export const STAFF = '/api/v1/users/staffprofiles'

export const IDENTITY = { ...signOnOf(1), 'x-first-name': 'Verysecret' }

/** A sidecar with a store of its own that warms both lists as the first user of the sample origin. */
export const warmingEnvironment = (t: Test, originUrl: string): Readonly<Record<string, string>> => {
  const file = join(t.testdir(), 'table.yaml')
  const table = readFileSync('src/resources/spms.yaml', 'utf8')
  writeFileSync(file, table.replace(/^warm: .*$/m, `warm: [${BRANCHES}, ${STAFF}]`))
  return {
    ORIGIN_URL: originUrl,
    CACHE_STORE: 'memory',
    LOG_LEVEL: 'trace',
    RESOURCES_FILE: file,
    WARM_IDENTITY: JSON.stringify(IDENTITY)
  }
}
