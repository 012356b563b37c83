import t from 'tap'
import {
  asWords,
  capabilitiesOf,
  haveEvictionsMoved,
  mayEvictAnything,
  NO_CAPABILITIES,
  showsEvictions
} from '../../../src/stores/redis/capabilities.js'

const INFO = [
  '# Server',
  'run_id:aaa',
  '# Replication',
  'role:master',
  'master_replid:bbb',
  'master_replid2:000',
  '# Stats',
  'total_commands_processed:12',
  'evicted_keys:3',
  'maxmemory_policy:allkeys-lru'
]

t.test('what a server tells is read, and stands in four words as older releases read them', async (t) => {
  const told = capabilitiesOf(INFO.join('\r\n'))
  t.strictSame(told, {
    role: 'master',
    identity: 'aaa,bbb',
    policy: 'allkeys-lru',
    evicted: '3',
    commands: '12'
  })
  t.equal(asWords(told), 'aaa,bbb allkeys-lru 3 12')
  t.match(asWords(told), /^(\S+) (\S+) (\S+) (\d+)$/)
})

t.test('each of it may be absent', async (t) => {
  t.strictSame(capabilitiesOf(''), NO_CAPABILITIES)
  t.match(asWords(NO_CAPABILITIES), /^- - - 0$/)
  for (const [field, lost] of [
    ['run_id', 'identity'],
    ['master_replid', 'identity'],
    ['role', 'role'],
    ['maxmemory_policy', 'policy'],
    ['evicted_keys', 'evicted'],
    ['total_commands_processed', 'commands']
  ] as const) {
    const told = capabilitiesOf(INFO.filter((line) => !line.startsWith(`${field}:`)).join('\r\n'))
    t.equal(told[lost], undefined, field)
    t.equal(showsEvictions(told), !['policy', 'evicted'].includes(lost))
  }
})

t.test('any key may be evicted by the policy of then or of now, where both are known', async (t) => {
  const now = capabilitiesOf(INFO.join('\r\n'))
  const volatile = { ...now, policy: 'volatile-lru' }
  t.ok(mayEvictAnything('id allkeys-lfu 0 1', volatile))
  t.ok(mayEvictAnything('id volatile-lru 0 1', now))
  t.notOk(mayEvictAnything('id noeviction 0 1', volatile))
  t.ok(mayEvictAnything('', volatile), 'of a description that is none')
  t.notOk(mayEvictAnything('id allkeys-lru 0 1', { ...now, evicted: undefined }))
})

t.test(
  'evictions have moved when there are others, or when the server has forgotten its figures',
  async (t) => {
    const now = capabilitiesOf(INFO.join('\r\n'))
    t.notOk(haveEvictionsMoved('id allkeys-lru 3 12', now))
    t.ok(haveEvictionsMoved('id allkeys-lru 2 12', now))
    t.ok(haveEvictionsMoved('id allkeys-lru 3 13', now))
    t.ok(haveEvictionsMoved('id - - 0', now), 'where they were not known before')
  }
)
