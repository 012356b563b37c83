import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'

/** What promtool says to these queries of a dashboard; empty when it takes all of them. */
export const checkQueries = (queries: readonly string[]): string => {
  const folder = mkdtempSync(join(tmpdir(), 'spms-promtool-'))
  try {
    const file = join(folder, 'rules.yaml')
    const rules = queries.map((query, index) => ({
      record: `query:${index}`,
      expr: query.replaceAll('$__rate_interval', '5m')
    }))
    writeFileSync(file, stringify({ groups: [{ name: 'dashboard', rules }] }))
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' })
    return status === 0 ? '' : `${stdout}${stderr}`
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
