import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import t from 'tap'
import { eventually } from '../support/eventually.js'
import { needsPooler, startPooler } from './pooler.js'
import { startReader, tagsOf } from './readers.js'
import { openOutbox } from './stage.js'

t.test('through a pooler in transaction mode', { skip: needsPooler }, async (t) => {
  const stage = await openOutbox(t)
  const pooler = await startPooler(t, stage)
  const isEmpty = async (): Promise<boolean> => (await stage.waiting()) === 0
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: pooler.url })
    client.on('error', () => undefined)
    await client.connect()
    t.teardown(() => client.end())
    return client
  }

  await t.test('no notification reaches who has asked for it', async (t) => {
    const client = await eventually(connect)
    let count = 0
    client.on('notification', () => count++)
    await client.query('LISTEN spms_cache_outbox')
    await stage.query('NOTIFY spms_cache_outbox')
    await delay(300)
    t.equal(count, 0)
    await client.query('UNLISTEN *')
  })

  await t.test('so the reader polls, and leaves neither a LISTEN nor settings behind', async (t) => {
    const reader = await startReader(t, { url: pooler.url, pollMs: 50 })
    t.match(reader.told.outboxChanged, [{ state: 'up', wokenBy: 'poll' }])
    await stage.write([{ tags: ['pooled'] }])
    await eventually(() => tagsOf(reader).includes('pooled'), { timeoutMs: 2000 })
    await eventually(isEmpty)
    const other = await connect()
    for (const setting of ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'])
      t.strictSame((await other.query(`SHOW ${setting}`)).rows, [{ [setting]: '0' }])
    t.strictSame((await other.query('SELECT pg_listening_channels()')).rows, [])
  })

  await t.test('a pooler that is gone is named, and rows are taken when it is back', async (t) => {
    const reader = await startReader(t, { url: pooler.url, pollMs: 50 })
    await pooler.kill()
    await eventually(() => reader.told.outboxChanged.at(-1)?.state === 'down')
    t.match(reader.told.outboxChanged.at(-1), { kind: /^(closed|unreachable)$/ })
    await stage.write([{ tags: ['back'] }])
    await pooler.start()
    await eventually(isEmpty)
    t.ok(tagsOf(reader).includes('back'))
  })
})
