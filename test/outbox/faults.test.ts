import t from 'tap'
import { faultOf, NoCredentialsError, OverdueError } from '../../src/outbox/faults.js'

const coded = (code: string, message = 'said'): Error => Object.assign(new Error(message), { code })

t.test('what PostgreSQL, its client and Node say has a name', async (t) => {
  for (const [code, kind] of [
    ['28P01', 'credentials'],
    ['28000', 'credentials'],
    ['3D000', 'no-database'],
    ['42P01', 'no-table'],
    ['3F000', 'no-table'],
    ['42703', 'wrong-table'],
    ['42501', 'permission'],
    ['25006', 'read-only'],
    ['53300', 'connections'],
    ['57P01', 'restarting'],
    ['57P03', 'restarting'],
    ['55P03', 'locked'],
    ['25P03', 'stalled'],
    ['57014', 'stalled'],
    ['ECONNREFUSED', 'unreachable'],
    ['ENOTFOUND', 'unreachable'],
    ['ENOENT', 'unreachable'],
    ['ECONNRESET', 'closed'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
    ['XX000', 'other']
  ] as const)
    t.strictSame(faultOf(coded(code)), { kind, reason: 'said' }, code)
  t.match(faultOf(new Error('Connection terminated unexpectedly')), { kind: 'closed' })
  t.match(faultOf(new Error('The server does not support SSL connections')), { kind: 'tls' })
  t.match(faultOf(new OverdueError('no answer')), { kind: 'timeout' })
  t.match(faultOf(new NoCredentialsError('no password')), { kind: 'no-credentials' })
  t.strictSame(faultOf('odd'), { kind: 'other', reason: 'odd' })
})

t.test('an error without words says its code', async (t) => {
  t.strictSame(faultOf(Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })), {
    kind: 'unreachable',
    reason: 'ECONNREFUSED'
  })
})
