import { once } from 'node:events'
import { chmodSync, chownSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parseOutboxAddress } from '../../src/outbox/address.js'
import { faultOf } from '../../src/outbox/faults.js'
import { Session, type SessionOptions } from '../../src/outbox/session.js'
import { makeCertificates } from '../support/certificates.js'
import { eventually } from '../support/eventually.js'
import { freePort } from '../support/free-port.js'
import { openOutbox } from './stage.js'

const LIMITS = { statementMs: 2000, lockMs: 200, idleMs: 400 }

interface Settings extends Partial<Omit<SessionOptions, 'address'>> {
  readonly url: string
}

const sessionOf = (t: Test, { url, ...settings }: Settings): Session => {
  const session = new Session({
    passwordFile: undefined,
    ca: undefined,
    table: 'spms_cache_outbox',
    limits: LIMITS,
    connectMs: 1000,
    answerMs: 3000,
    notified: () => undefined,
    ...settings,
    address: parseOutboxAddress(url)
  })
  t.teardown(() => session.close())
  return session
}

/** What was wrong with a session that could not be opened, or could not take. */
const faultOfSession = async (t: Test, settings: Settings): Promise<string> => {
  const session = sessionOf(t, settings)
  try {
    await session.open()
    await session.take()
    return 'none'
  } catch (error) {
    return faultOf(error).kind
  }
}

const portOf = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const certificates = makeCertificates(t, 'DNS:localhost')
const stage = await openOutbox(t)
const { url } = stage

t.test('rows come with what they name and how old they are', async (t) => {
  await stage.write([{ tags: ['a', 'b'] }, { patterns: ['c:*'] }, { everything: true }])
  const session = sessionOf(t, { url })
  await session.open()
  t.equal(session.wokenBy, 'notification')
  t.match(await session.take(), [
    { id: /^\d+$/, tags: ['a', 'b'], patterns: [], everything: false, age: Number },
    { tags: [], patterns: ['c:*'], everything: false },
    { tags: [], patterns: [], everything: true }
  ])
  t.strictSame(await session.count().catch((error: unknown) => faultOf(error).kind), { rows: 0, oldestMs: 0 })
})

t.test(
  'what a transaction has taken is back when it is rolled back, and gone when it is committed',
  async (t) => {
    await stage.write([{ tags: ['back'] }])
    const session = sessionOf(t, { url })
    await session.open()
    t.equal((await session.take()).length, 1)
    await session.end('ROLLBACK')
    t.match(await session.count(), { rows: 1, oldestMs: Number })
    t.equal((await session.take()).length, 1)
    await session.end('COMMIT')
    t.strictSame(await session.count(), { rows: 0, oldestMs: 0 })
  }
)

t.test('a batch has a bounded number of rows, and of bytes', async (t) => {
  await stage.write(Array.from({ length: 1100 }, () => ({ tags: ['x'] })))
  const session = sessionOf(t, { url })
  await session.open()
  t.equal((await session.take()).length, 1000)
  await session.end('COMMIT')
  t.equal((await session.take()).length, 100)
  await session.end('COMMIT')
  const tags = Array.from({ length: 1000 }, (_, n) => `${'x'.repeat(400)}${n}`)
  await stage.write(Array.from({ length: 8 }, () => ({ tags })))
  t.equal((await session.take()).length, 3, 'rows of 400 KB up to the first beyond a megabyte')
  await session.end('COMMIT')
  await stage.query('TRUNCATE spms_cache_outbox')
})

t.test(
  'the server ends a transaction whose reader does nothing, and its rows are somebody else’s',
  async (t) => {
    await stage.write([{ tags: ['stalled'] }])
    const stalled = sessionOf(t, { url })
    await stalled.open()
    t.equal((await stalled.take()).length, 1)
    const other = sessionOf(t, { url })
    await other.open()
    t.equal((await other.take()).length, 0)
    await other.end('COMMIT')
    await new Promise((wake) => setTimeout(wake, 2 * LIMITS.idleMs))
    t.equal((await other.take()).length, 1)
    await other.end('COMMIT')
    await t.rejects(stalled.end('COMMIT'))
  }
)

t.test('the server ends a transaction whose answer nobody takes', async (t) => {
  const sockets: Socket[] = []
  let far: Socket | undefined
  const proxy = createServer((near) => {
    far = connect(stage.postgres.port, '127.0.0.1')
    sockets.push(near.pipe(far), far.pipe(near))
    for (const socket of [near, far]) socket.on('error', () => undefined)
  })
  const port = await portOf(proxy)
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    proxy.close()
  })
  // What is read of a row is bounded, but for its id: more than the buffers on the way hold.
  await stage.query('CREATE TABLE wide_outbox (LIKE spms_cache_outbox INCLUDING DEFAULTS)')
  await stage.query('ALTER TABLE wide_outbox ALTER id DROP IDENTITY IF EXISTS, ALTER id TYPE text')
  await stage.query(
    `INSERT INTO wide_outbox (id) SELECT repeat(n::text, 20000) FROM generate_series(1, 1000) n`
  )
  await stage.query('GRANT ALL ON wide_outbox TO reader')
  const stalled = sessionOf(t, {
    url: url.replace(`:${stage.postgres.port}/`, `:${port}/`),
    table: 'wide_outbox',
    limits: { ...LIMITS, statementMs: 60_000 },
    answerMs: 60_000
  })
  await stalled.open()
  far?.unpipe().pause()
  const taken = t.rejects(stalled.take())
  const isStuck = async (): Promise<boolean> => {
    const stuck = `SELECT 1 FROM pg_stat_activity WHERE wait_event = 'ClientWrite' AND query LIKE '%wide_outbox%'`
    return (await stage.query(stuck)).length > 0
  }
  await eventually(isStuck)
  const isFree = async (): Promise<boolean> =>
    (await stage.query('SELECT 1 FROM wide_outbox FOR UPDATE SKIP LOCKED')).length === 1000
  await eventually(isFree, { timeoutMs: 15_000, intervalMs: 200 })
  stalled.destroy()
  await taken
})

t.test('a lock of the whole table is waited for in a bounded time, and named', async (t) => {
  const owner = await stage.connect()
  await owner.query('BEGIN; LOCK TABLE spms_cache_outbox')
  t.equal(await faultOfSession(t, { url }), 'locked')
  await owner.query('ROLLBACK')
})

t.test('a statement that takes too long is ended by the server, and named', async (t) => {
  await stage.query(
    'CREATE VIEW slow_outbox AS SELECT * FROM spms_cache_outbox WHERE pg_sleep(2) IS NOT NULL'
  )
  await stage.write([{ tags: ['slow'] }])
  await stage.query('GRANT ALL ON slow_outbox TO reader')
  const limits = { ...LIMITS, statementMs: 300 }
  const session = sessionOf(t, { url, limits, table: 'slow_outbox' })
  await session.open()
  const startedAt = performance.now()
  await t.rejects(session.count(), { code: '57014' })
  t.ok(performance.now() - startedAt < 1500)
})

t.test(
  'where commits have their time, what a transaction has waited before its own is no delay',
  async (t) => {
    const tracking = await openOutbox(t, { settings: ['track_commit_timestamp=on'] })
    for (const [database, isLong] of [
      [stage, true],
      [tracking, false]
    ] as const) {
      const writer = await database.connect()
      await writer.query('BEGIN')
      await writer.query(`INSERT INTO spms_cache_outbox (tags) VALUES ('{long}')`)
      await new Promise((wake) => setTimeout(wake, 1000))
      await writer.query('COMMIT')
      const session = sessionOf(t, { url: database.url })
      await session.open()
      const [row] = await session.take()
      t.equal((row?.age ?? NaN) >= 1000, isLong, `${row?.age} ms`)
      await session.end('COMMIT')
    }
  }
)

t.test('a server that says nothing is given up in a bounded time', async (t) => {
  const silent = createServer(() => undefined)
  const port = await portOf(silent)
  t.teardown(() => silent.close())
  const startedAt = performance.now()
  for (const mode of ['disable', 'require']) {
    const to = `postgres://reader:x@127.0.0.1:${port}/postgres?sslmode=${mode}`
    t.equal(await faultOfSession(t, { url: to, connectMs: 200 }), 'timeout', mode)
  }
  t.ok(performance.now() - startedAt < 1500)
})

t.test('a server that is frozen in the middle is given up in a bounded time', async (t) => {
  await stage.write([{ tags: ['frozen'] }])
  const session = sessionOf(t, { url, answerMs: 300 })
  await session.open()
  await session.take()
  await stage.postgres.freeze()
  t.teardown(() => stage.postgres.thaw())
  await t.rejects(session.end('COMMIT'), { name: 'OverdueError', message: /within 300 ms/ })
  const closedAt = performance.now()
  await session.close()
  t.ok(performance.now() - closedAt < 1000)
  await stage.postgres.thaw()
  await stage.query('TRUNCATE spms_cache_outbox')
})

t.test('a password file is read anew for each connection, and what is wrong with it is named', async (t) => {
  const guarded = await openOutbox(t)
  await guarded.postgres.sql(
    `ALTER ROLE reader PASSWORD 'one'`,
    `COPY (SELECT 'host all all all scram-sha-256' UNION ALL SELECT 'local all all trust') TO '${guarded.postgres.folder}/data/pg_hba.conf'`,
    'SELECT pg_reload_conf()'
  )
  const file = join(t.testdir({}), 'password')
  const to = guarded.url.replace(':reader%20password', '')
  const fault = (passwordFile: string | undefined) => faultOfSession(t, { url: to, passwordFile })
  t.equal(await fault(undefined), 'no-credentials')
  t.equal(await fault(file), 'no-credentials')
  writeFileSync(file, '\n')
  t.equal(await fault(file), 'no-credentials')
  writeFileSync(file, 'one\n')
  t.equal(await fault(file), 'none')
  await guarded.query(`ALTER ROLE reader PASSWORD 'two'`)
  t.equal(await fault(file), 'credentials')
  writeFileSync(file, 'two')
  t.equal(await fault(file), 'none')
})

t.test('what the database refuses is named', async (t) => {
  const fault = (settings: Partial<Settings>) => faultOfSession(t, { url, ...settings })
  t.equal(await fault({ table: 'nowhere' }), 'no-table')
  t.equal(await fault({ table: 'nowhere.spms_cache_outbox' }), 'no-table')
  t.equal(await fault({ table: 'public.spms_cache_outbox' }), 'none')
  t.equal(await fault({ table: 'Public.spms_cache_outbox' }), 'no-table', 'letters are as they are')
  t.equal(await fault({ url: url.replace(/\/postgres$/, '/nowhere') }), 'no-database')
  t.equal(await fault({ url: `postgres://nobody@127.0.0.1:${stage.postgres.port}/postgres` }), 'credentials')
  t.equal(await fault({ url: `postgres://nobody@127.0.0.1:${await freePort()}/postgres` }), 'unreachable')
  t.equal(
    await fault({ url: `postgres://nobody@no.such.host.invalid/postgres?sslmode=disable` }),
    'unreachable'
  )
  t.equal(await fault({ url: `postgres://nobody@/postgres?host=/nowhere` }), 'unreachable')
  await stage.query('CREATE TABLE other (id bigint)')
  await stage.query('GRANT ALL ON other TO reader')
  t.equal(await fault({ table: 'other' }), 'wrong-table')
  await stage.query('REVOKE UPDATE (id) ON spms_cache_outbox FROM reader')
  t.equal(await fault({}), 'permission', 'the right by which rows are held')
  await stage.query('GRANT UPDATE (id) ON spms_cache_outbox TO reader')
  await stage.query('ALTER DATABASE postgres SET default_transaction_read_only = on')
  t.equal(await fault({}), 'read-only')
  await stage.query('ALTER DATABASE postgres RESET default_transaction_read_only')
})

t.test('the rights that are documented are all it has: neither rows nor names can be changed', async (t) => {
  await stage.write([{ tags: ['mine'] }])
  const { default: pg } = await import('pg')
  const reader = new pg.Client({ connectionString: url })
  await reader.connect()
  t.teardown(() => reader.end())
  for (const statement of [
    `INSERT INTO spms_cache_outbox (tags) VALUES ('{x}')`,
    `UPDATE spms_cache_outbox SET tags = '{x}'`,
    'TRUNCATE spms_cache_outbox',
    'DROP TABLE spms_cache_outbox',
    'CREATE TABLE mine (id int)'
  ])
    await t.rejects(reader.query(statement), { code: '42501' }, statement)
  await t.rejects(reader.query('UPDATE spms_cache_outbox SET id = 1'), { code: '428C9' })
  await stage.query('TRUNCATE spms_cache_outbox')
})

t.test('TLS holds the server to its certificate, as its mode says', async (t) => {
  const { uid, gid } = statSync(join(stage.postgres.folder, 'data'))
  chownSync(certificates.key, uid, gid)
  chmodSync(certificates.key, 0o600)
  const settings = ['ssl=on', `ssl_cert_file=${certificates.certificate}`, `ssl_key_file=${certificates.key}`]
  const secure = await openOutbox(t, { settings })
  const { port } = secure.postgres
  const ca = readFileSync(certificates.ca, 'utf8')
  const fault = (host: string, mode: string, authority?: string) =>
    faultOfSession(t, {
      url: `postgres://reader:reader%20password@${host}:${port}/postgres?sslmode=${mode}`,
      ca: authority
    })
  t.equal(await fault('localhost', 'verify-full', ca), 'none')
  t.equal(await fault('127.0.0.1', 'verify-full', ca), 'tls', 'the certificate is for another name')
  t.equal(await fault('127.0.0.1', 'verify-ca', ca), 'none')
  t.equal(await fault('localhost', 'verify-full', readFileSync(certificates.strangerCa, 'utf8')), 'tls')
  t.equal(await fault('localhost', 'verify-full'), 'tls', 'nobody known has signed it')
  t.equal(await fault('localhost', 'require'), 'none')
  t.equal(await faultOfSession(t, { url: `${url}?sslmode=verify-full` }), 'tls', 'a server without it')

  const session = sessionOf(t, {
    url: `postgres://reader:reader%20password@localhost:${port}/postgres?sslmode=verify-full`,
    ca,
    answerMs: 300
  })
  await session.open()
  await secure.postgres.freeze()
  await t.rejects(session.take(), { name: 'OverdueError' })
  await secure.postgres.thaw()
})
