import t, { type Test } from 'tap'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { http } from '../support/http.js'
import { startRedis } from '../support/redis-server.js'
import { startSidecar } from '../support/sidecar-process.js'
import { cachedReads } from './cached-reads.js'
import { listedWrites } from './listed-writes.js'
import { askOracle, type Difference, type Findings, type OracleOptions } from './oracle.js'
import { sessionWrites } from './session-writes.js'
import { startBackend } from './start-backend.js'
import { linesOf, nameOf, readTable, rowOf, without, type Line } from './table.js'
import { unlistedWrites } from './unlisted-writes.js'
import { targetOf, type WriteCase } from './write-case.js'

/** `ORACLE=wide`: more people and records, and everybody reads everything after each write. Takes some minutes. */
const isWide = process.env['ORACLE'] === 'wide'
/**
 * `ORACLE_ALONE=.` takes out every line of the table by itself, and another expression those that it matches, such as
 * `^PUT /api/v1/users`. All of them take an hour: `ORACLE_ALONE=. npm test -- --timeout=7200 test/backend/oracle.test.ts`.
 */
const { ORACLE_ALONE } = process.env
const ALONE = ORACLE_ALONE === undefined ? undefined : new RegExp(ORACLE_ALONE)

const table = readTable()
const backend = await startBackend()
const redis = await startRedis()
const folder = await mkdtemp(join(tmpdir(), 'spms-table-'))
t.teardown(async () => {
  await backend.stop()
  await redis.stop()
  await rm(folder, { recursive: true, force: true })
})

const READS = isWide ? cachedReads([6, 2, 4, 9, 12], [15, 11, 13, 18]) : cachedReads([6, 2], [15])
/** What deletes people stands last. */
const WRITES = [...listedWrites, ...sessionWrites, ...unlistedWrites]

/** With the table without some of its lines. */
const ask = async (
  t: Test,
  lines: readonly Line[],
  options: Partial<OracleOptions> = {}
): Promise<Findings> => {
  await backend.database.reset()
  const RESOURCES_FILE = join(folder, 'table.yaml')
  await writeFile(RESOURCES_FILE, without(lines))
  const environment = {
    ...{ ORIGIN_URL: backend.url, REDIS_URL: redis.url, RESOURCES_FILE, LOG_LEVEL: 'error' },
    // On a busy machine a read that does not wait for Redis asks the backend, and mends what is stale.
    REDIS_COMMAND_TIMEOUT_MS: '10000'
  }
  const [one, other] = await Promise.all([startSidecar(environment), startSidecar(environment)])
  t.teardown(() => Promise.all([one.stop(), other.stop()]))
  const proxies: [string, string] = [one.proxy, other.proxy]
  const forget = async (): Promise<void> => {
    // With the indexes: they still name an entry by the tags that it had before it was filled anew.
    await redis.cli('flushall')
    const headers = { 'content-type': 'application/json' }
    await http(`${one.control}/v1/invalidations`, { method: 'POST', headers, body: '{"all":true}' })
  }
  return askOracle({
    backend: backend.url,
    proxies,
    reads: READS,
    writes: WRITES,
    forget,
    isWide,
    ...options
  })
}

const rowOfWrite = (write: WriteCase): string => {
  const { method, path } = targetOf(write)
  return rowOf(table, method, path) ?? `${method} ${path} without a row`
}

const rowsOf = ({ write, read }: Difference): readonly string[] => [rowOfWrite(write), read.row]

const inWords = (difference: Difference): string => {
  const { write, read, caller, through, served, own } = difference
  const at = own.split('').findIndex((unit, index) => unit !== served[index])
  const [is, was] = [own, served].map((text) => text.slice(Math.max(0, at - 60), at + 60))
  const [writeRow, readRow] = rowsOf(difference)
  const rows = `the row ${writeRow ?? ''}, or that of ${readRow ?? ''}`
  return `${write.write}, ${read.path} of ${caller} by the ${through} (${rows}): «${was ?? ''}» for «${is ?? ''}»`
}

t.test('every write row of the table has a write', (t) => {
  const met = new Set(
    WRITES.map(targetOf).map(({ method, path }) => `${method} ${rowOf(table, method, path) ?? ''}`)
  )
  for (const row of table.writes) {
    for (const method of row.methods) t.ok(met.has(`${method} ${nameOf(row)}`), `${method} of ${nameOf(row)}`)
  }
  const unlisted = WRITES.map(targetOf).filter(({ method, path }) => rowOf(table, method, path) === undefined)
  t.ok(unlisted.length >= 12, `${unlisted.length} without a row`)
  t.end()
})

t.test('after each write both sidecars serve what the backend would', async (t) => {
  const { differences, refused, unseen, cold, compared } = await ask(t, [])
  t.strictSame(differences.map(inWords), [], `${compared} answers after ${WRITES.length} writes`)
  t.strictSame(refused, [], 'every write is answered as expected')
  t.strictSame(unseen, [], 'every write shows in a read')
  t.strictSame(cold, [], 'every read was warm before every write')
})

const LOG_OUT = 'POST /api/v1/users/log-out'
const ME = '/api/v1/users/me'

/** A line, and a write after which its absence shows. */
const missing: readonly (readonly [Line, write: string])[] = [
  [{ row: 'PUT|PATCH /api/v1/projects/{id}', kind: 'tag', value: 'project:{id}' }, 'PUT projects/1'],
  [
    { row: 'PUT /api/v1/users/{id}/profile', kind: 'tag', value: 'staff:profile:parts' },
    'PUT users/6/profile'
  ],
  [{ row: LOG_OUT, kind: 'tag', value: '~{identity}' }, 'POST users/log-out'],
  [
    { row: ME, kind: 'tag', value: 'business-area-leaders{any answer.business_areas_led.*}' },
    'POST projects/list'
  ],
  [{ row: '/api/v1/users/{id}', kind: 'family', value: 'caretakers' }, 'POST caretakers/admin-set']
]

t.test('of a table without some of its lines it names the row of each, and no other', async (t) => {
  const lines = missing.map(([line]) => line)
  const asked = new Set(missing.map(([, write]) => write))
  const { differences, refused, unseen, cold } = await ask(t, lines, {
    isAsked: ({ write }) => asked.has(write)
  })
  t.strictSame([refused, unseen, cold], [[], [], []], 'every write shows and meets what is warm')
  const named = new Set(lines.map(({ row }) => row))
  for (const [line, write] of missing) {
    const found = differences.filter((each) => each.write.write === write && rowsOf(each).includes(line.row))
    t.ok(found.length > 0, `${line.row} without the ${line.kind} ${line.value}`)
  }
  const others = differences.filter((each) => !rowsOf(each).some((row) => named.has(row)))
  t.strictSame(others.map(inWords), [], 'and nothing else')
})

/** Lines for which another of the same row stands in, in all that the writes here do. */
const REDUNDANT: readonly string[] = [
  // Whoever leaves a project has a list that carries both.
  'DELETE /api/v1/projects/project_members/{project}/{member} without the tag project:{project}',
  'DELETE /api/v1/projects/project_members/{project}/{member} without the tag user:{member}:projects',
  // No cached read shows the team, and only staff profiles hide a project.
  'POST /api/v1/projects/project_members without the tag project:{request.project}',
  'POST /api/v1/projects/{id}/toggle_user_profile_visibility without the tag project:{id}',
  // The same of a membership that moves, and who leads is not shown.
  'PUT /api/v1/projects/project_members/{project}/{member} without the tag project:{project}',
  'PUT /api/v1/projects/project_members/{project}/{member} without the tag user:{member}:projects',
  'PUT /api/v1/projects/project_members/{project}/{member} without the tag project:{request.project?}',
  'POST /api/v1/projects/promote without the tag project:{request.project_id}',
  'POST /api/v1/projects/promote without the tag user:{request.user_id}:projects',
  // What did not exist is in no entry.
  'POST /api/v1/users/list without the tag user:{answer.id}',
  'POST /api/v1/users/staffprofiles without the tag staff:profile:{answer.id}',
  // The person's tag is carried by the entries of each session, and by the directory; `people` by the directory too.
  'POST /admin/password_change without the tag ~{identity}',
  'PUT /api/v1/users/change-password without the tag ~{identity}',
  'PUT /api/v1/users/staffprofiles/{id} without the tag staff:profile:all',
  'DELETE /api/v1/users/staffprofiles/{id} without the tag staff:profile:all',
  'POST /api/v1/users/staffprofiles/{id}/toggle_visibility without the tag staff:profile:all',
  'POST /api/v1/users/staffprofiles/{id}/toggle_visibility without the tag staff:profile:{id}',
  // It shows nothing of the caller's own record; who is on the mailing list has uploaded a picture in the list, too.
  '/api/v1/projects/mine without the tag user:{user}',
  '/api/v1/projects/mine without the tag user:{answer.*.business_area.division.directorate_email_list.*.id?}:name'
]

for (const line of ALONE === undefined ? [] : linesOf(table)) {
  const title = `${line.row} without the ${line.kind} ${line.value}`
  if (ALONE?.test(title) !== true) continue
  t.test(`${title} is found`, async (t) => {
    const isRead = line.row.startsWith('/')
    const { differences } = await ask(t, [line], {
      // By their own profile the sidecars learn who callers are: else a write about anybody reaches them.
      ...(isRead && { first: ME }),
      reads: isRead ? READS.filter(({ row }) => row === line.row || row === ME) : READS,
      isAsked: (write: WriteCase) => isRead || rowOfWrite(write) === line.row
    })
    const isFound = differences.some((difference) => rowsOf(difference).includes(line.row))
    t.equal(isFound, !REDUNDANT.includes(title), differences.map(inWords)[0] ?? 'nothing differs')
  })
}
