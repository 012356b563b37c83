import t from 'tap'
import { type StoreFaultKind, StoreUnavailableError } from '../../../../src/cache/errors.js'
import { faultOf, saysWhy } from '../../../../src/stores/redis/connection/error-replies.js'
import { BudgetExceededError } from '../../../../src/stores/time-budget.js'

const MESSAGES: Readonly<Record<string, StoreFaultKind>> = {
  "OOM command not allowed when used memory > 'maxmemory'.": 'full',
  'ERR Error running script (call to f_1): @user_script:9: -OOM command not allowed': 'full',
  'WRONGPASS invalid username-password pair or user is disabled.': 'credentials',
  'NOAUTH Authentication required.': 'credentials',
  'All sentinels are unreachable. Last error: NOAUTH Authentication required.': 'credentials',
  "NOPERM this user has no permissions to run the 'evalsha' command": 'permission',
  'ERR max number of clients reached': 'maxclients',
  "READONLY You can't write against a read only replica.": 'read-only',
  'NOREPLICAS Not enough good replicas to write.': 'no-replicas',
  'LOADING Redis is loading the dataset in memory': 'loading',
  'MASTERDOWN Link with MASTER is down': 'failing-over',
  'CLUSTERDOWN The cluster is down': 'failing-over',
  'MOVED 3999 127.0.0.1:6381': 'moved',
  'MISCONF Redis is configured to save RDB snapshots': 'persistence',
  'BUSY Redis is busy running a script.': 'busy',
  'Command timed out': 'timeout',
  'connect ETIMEDOUT': 'timeout',
  'connect ECONNREFUSED 127.0.0.1:6379': 'unreachable',
  'getaddrinfo ENOTFOUND redis': 'unreachable',
  'Connection is closed.': 'closed',
  'write EPIPE': 'closed',
  "Stream isn't writeable and enableOfflineQueue options is false": 'closed',
  "ERR unknown command 'XADD', with args beginning with: ": 'refused',
  'ERR command is not allowed': 'refused',
  'ERR Unknown Redis command called from script script: 4f2c': 'refused',
  'ERR This Redis command is not allowed from script script: 4f2c': 'refused',
  "ERR unknown subcommand 'SLOTS'.": 'refused',
  'ERR SELECT is not supported': 'refused',
  "CROSSSLOT Keys in request don't hash to the same slot": 'cross-slot',
  'WRONGTYPE Operation against a key that holds no READONLY value': 'other'
}

t.test('the fault is the one that Redis and its client tell', async (t) => {
  for (const [message, kind] of Object.entries(MESSAGES))
    t.strictSame(faultOf(new Error(message)), { kind, message })
})

t.test('an error of our own says its kind itself, whatever its words are', async (t) => {
  const lost = new StoreUnavailableError('closed: no answer in time', { kind: 'lost-epoch' })
  t.strictSame(faultOf(lost), { kind: 'lost-epoch', message: 'closed: no answer in time' })
  t.equal(faultOf(new BudgetExceededError(100, false)).kind, 'timeout')
})

t.test('the cause of an error is looked at, and its code', async (t) => {
  const cause = Object.assign(new Error('connect failed'), { code: 'ECONNREFUSED' })
  t.equal(faultOf(new Error('The store cannot answer.', { cause })).kind, 'unreachable')
  t.strictSame(faultOf(new StoreUnavailableError('read failed', { cause })), {
    kind: 'unreachable',
    message: 'connect failed'
  })
})

t.test('a command that the server will not carry out is named, and its arguments are not', async (t) => {
  const cause = Object.assign(new Error('ERR Unknown Redis command called from script script: 4f2c'), {
    command: { name: 'evalsha', args: ['a password'] }
  })
  t.strictSame(faultOf(new StoreUnavailableError('open failed', { cause })), {
    kind: 'refused',
    message: `EVALSHA: ${cause.message}`
  })
  const full = Object.assign(new Error('OOM command not allowed'), { command: { name: 'set' } })
  t.equal(faultOf(full).message, 'OOM command not allowed', 'where it is not the command')
})

t.test('an error without words of its own is told by its code', async (t) => {
  const several = Object.assign(new AggregateError([new Error('a'), new Error('b')]), {
    code: 'ECONNREFUSED'
  })
  t.strictSame(faultOf(several), { kind: 'unreachable', message: 'ECONNREFUSED' })
  t.strictSame(faultOf('a text'), { kind: 'other', message: 'a text' })
})

t.test('a server that refuses says why, a connection that breaks does not', async (t) => {
  t.ok(saysWhy(new Error('ERR max number of clients reached')))
  t.ok(saysWhy(new StoreUnavailableError('no node serves the slot', { kind: 'failing-over' })))
  t.notOk(saysWhy(new Error('read ECONNRESET')))
})
