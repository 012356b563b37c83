import t from 'tap'
import { OUTBOX_HINTS } from '../../src/telemetry/outbox-hints.js'

t.test('each fault of the outbox has a hint that says what to do', async (t) => {
  t.match(OUTBOX_HINTS, {
    permission: /GRANT SELECT, DELETE, UPDATE \(id\)/,
    'no-table': /install_triggers/,
    'no-credentials': /OUTBOX_PASSWORD_FILE/,
    credentials: /pg_hba\.conf/,
    tls: /OUTBOX_CA_FILE/,
    'read-only': /primary/,
    connections: /max_connections/,
    locked: /pg_locks/,
    pending: /bring Redis back/
  })
  for (const [kind, hint] of Object.entries(OUTBOX_HINTS)) t.match(hint, /PostgreSQL|Redis/, kind)
})
