import t from 'tap'
import { hintFor } from '../../src/telemetry/hints.js'

const MESSAGES = {
  "OOM command not allowed when used memory > 'maxmemory'.": 'full',
  'WRONGPASS invalid username-password pair or user is disabled.': 'credentials',
  'NOAUTH Authentication required.': 'credentials',
  'ERR max number of clients reached': 'maxclients',
  'this Redis is a replica; replicas are never read': 'read-only',
  "READONLY You can't write against a read only replica.": 'read-only',
  'LOADING Redis is loading the dataset in memory': 'loading',
  'MISCONF Redis is configured to save RDB snapshots': 'persistence',
  'BUSY Redis is busy running a script.': 'busy',
  'Command timed out': 'timeout',
  'no answer within 100 ms': 'timeout',
  'connect ETIMEDOUT': 'timeout',
  'connect ECONNREFUSED 127.0.0.1:6379': 'unreachable',
  'getaddrinfo ENOTFOUND redis': 'unreachable',
  'Connection is closed.': 'closed',
  'the connection was closed': 'closed',
  'write EPIPE': 'closed',
  "Stream isn't writeable and enableOfflineQueue options is false": 'closed',
  'ERR unknown command': 'other'
}

t.test('the hint fits what Redis and its client say', async (t) => {
  for (const [message, kind] of Object.entries(MESSAGES))
    t.equal(hintFor(new Error(message)).kind, kind, message)
})

t.test('the cause of an error is looked at, and its code', async (t) => {
  const cause = Object.assign(new Error('connect failed'), { code: 'ECONNREFUSED' })
  t.equal(hintFor(new Error('The store cannot answer.', { cause })).kind, 'unreachable')
})
