import type { OutboxFaultKind } from '../cache/outbox-events.js'

const CONNECTION =
  'Check that PostgreSQL runs, that OUTBOX_URL names it, and the network in between (docs/operations.md).'

/** What an operator can do about an outbox that cannot be read. */
export const OUTBOX_HINTS: Readonly<Record<OutboxFaultKind, string>> = {
  pending:
    'Redis has not taken the invalidation of rows: bring Redis back; they wait in the outbox meanwhile.',
  unreachable: CONNECTION,
  closed:
    'The connection to PostgreSQL was cut: if it does not come back, look at the log of PostgreSQL and at what is in between.',
  timeout: 'PostgreSQL did not answer in time: look at its load and its disk, and at the network in between.',
  tls: 'Give OUTBOX_URL the name that the certificate of PostgreSQL is for, and OUTBOX_CA_FILE the authority that signed it; sslmode=disable only in a network of your own.',
  credentials: 'PostgreSQL refuses this user: check OUTBOX_URL, OUTBOX_PASSWORD_FILE and pg_hba.conf.',
  'no-credentials':
    'PostgreSQL asks for a password: check OUTBOX_PASSWORD_FILE, or the password in OUTBOX_URL.',
  'no-database': 'PostgreSQL has no such database: check OUTBOX_URL.',
  'no-table':
    'PostgreSQL has no such table there: run `manage.py spms_cache install_triggers`, or check OUTBOX_URL and OUTBOX_TABLE.',
  'wrong-table':
    'The table in PostgreSQL is no outbox of this version: run `manage.py spms_cache install_triggers`, or check OUTBOX_TABLE.',
  permission:
    'PostgreSQL refuses what the reader needs: GRANT USAGE ON SCHEMA …; GRANT SELECT, DELETE, UPDATE (id) ON <OUTBOX_TABLE> TO <user of OUTBOX_URL>.',
  'read-only': 'PostgreSQL is a read-only replica there: OUTBOX_URL must name the primary.',
  connections:
    'PostgreSQL takes no more connections: raise max_connections, or find who holds them in pg_stat_activity.',
  restarting: 'PostgreSQL is starting or shutting down: wait; if it stays so, look at its log.',
  locked:
    'Somebody holds a lock of the whole table in PostgreSQL: find who in pg_locks and pg_stat_activity.',
  stalled:
    'PostgreSQL has ended a transaction that took too long: look at its load; a transaction that is open for hours keeps rows that are long deleted (pg_stat_activity).',
  other: 'Look at the reason and at the log of PostgreSQL. Rows wait in the outbox meanwhile.'
}
