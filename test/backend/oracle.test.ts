import t, { type Test } from 'tap'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis } from '../support/redis-server.js'
import { startFleet } from '../coherence/fleet.js'
import { cachedReads } from './cached-reads.js'
import { listedWrites, sessionWrites } from './listed-writes.js'
import { askOracle, type Difference, type Findings } from './oracle.js'
import { startBackend } from './start-backend.js'
import { linesOf, nameOf, readTable, rowOf, without, type Line } from './table.js'
import { unlistedWrites } from './unlisted-writes.js'
import { targetOf, type WriteCase } from './write-case.js'

/** `ORACLE=wide`: more people, and every line of the table taken out by itself. That takes an hour. */
const isWide = process.env['ORACLE'] === 'wide'

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
const ALL = [...listedWrites, ...sessionWrites, ...unlistedWrites]
// What deletes the people stands last.
const BY_DELETION = ALL.length

const ask = async (t: Test, writes: readonly WriteCase[], lines: readonly Line[] = []): Promise<Findings> => {
  await backend.database.reset()
  await redis.cli('flushall')
  const file = join(folder, `${Math.random()}.yaml`)
  await writeFile(file, without(lines))
  const environment = { ORIGIN_URL: backend.url, REDIS_URL: redis.url, RESOURCES_FILE: file }
  const [one, other] = await startFleet(t, { size: 2, environment })
  if (one === undefined || other === undefined) throw new Error('Two sidecars were asked for.')
  return askOracle({ backend: backend.url, proxies: [one.proxy, other.proxy], reads: READS, writes })
}

t.test('every write row of the table has a write', (t) => {
  const met = new Set(
    ALL.map(targetOf).map(({ method, path }) => `${method} ${rowOf(table, method, path) ?? ''}`)
  )
  for (const row of table.writes) {
    for (const method of row.methods) t.ok(met.has(`${method} ${nameOf(row)}`), `${method} of ${nameOf(row)}`)
  }
  const unlisted = unlistedWrites
    .map(targetOf)
    .filter(({ method, path }) => rowOf(table, method, path) === undefined)
  t.ok(unlisted.length >= 12, `${unlisted.length} without a row`)
  t.end()
})

t.test('after each write both sidecars serve what the backend would', async (t) => {
  const { differences, refused, unseen, cold, compared } = await ask(t, ALL)
  t.strictSame(differences.map(inWords), [])
  t.strictSame(refused, [], 'every write is answered as expected')
  t.strictSame(unseen, [], 'every write shows in a read')
  t.strictSame(cold, [], 'every read was warm before every write')
  t.comment(`${BY_DELETION} writes, ${compared} answers compared`)
})

const inWords = ({ write, read, caller, through, served, own }: Difference): string => {
  const { method, path } = { method: '', path: '', ...targetIn(write) }
  const at = [...served].findIndex((character, index) => character !== own[index])
  const [was, is] = [served, own].map((text) => text.slice(Math.max(0, at - 60), at + 60))
  const row = rowOf(table, method, path) ?? 'no row'
  return `${write} (${row}): ${read.path} (${read.row}) of ${caller} by the ${through}: «${was ?? ''}» for «${is ?? ''}»`
}

const targetIn = (write: string) => ALL.filter((each) => each.write === write).map(targetOf)[0]
