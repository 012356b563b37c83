import t from 'tap'
import { ConfigSchema, readConfig } from '../../src/config/config.js'
import { complaint } from './complaint.js'

t.test('nothing needs to be set', async (t) => {
  t.match(readConfig({}), {
    ORIGIN_URL: 'http://127.0.0.1:8000',
    ORIGIN_TIMEOUT_MS: 310_000,
    CACHE_STORE: 'redis',
    REDIS_URL: 'redis://127.0.0.1:6379/1',
    REDIS_CONNECT_TIMEOUT_MS: 5000,
    REDIS_COMMAND_TIMEOUT_MS: 100,
    KEY_PREFIX: 'spms:',
    DEFAULT_TTL: 300,
    MAX_TTL: 86_400,
    CACHE_ENABLED: 'true',
    PROXY_HOST: '0.0.0.0',
    PROXY_PORT: 8080,
    CONTROL_HOST: '127.0.0.1',
    CONTROL_PORT: 8081,
    OPS_HOST: '0.0.0.0',
    OPS_PORT: 9090,
    LOG_LEVEL: 'info'
  })
  t.notMatch(Object.keys(readConfig({})), ['CONTROL_TOKEN'])
})

t.test('every limit in bytes has a default, and every setting a description', async (t) => {
  for (const [name, { description, default: value }] of Object.entries(ConfigSchema.properties)) {
    t.type(description, 'string', name)
    if (name.endsWith('_BYTES')) t.type(value, 'number', name)
  }
})

t.test('compression is a list of codings, or off', async (t) => {
  t.equal(readConfig({}).COMPRESSION, 'gzip')
  for (const right of ['off', 'gzip', 'zstd, br,gzip , br'])
    t.equal(readConfig({ COMPRESSION: right }).COMPRESSION, right)
  for (const wrong of ['deflate', 'gzip,', 'gzip br', 'off,gzip', 'GZIP'])
    t.match(complaint({ COMPRESSION: wrong }), /^COMPRESSION=/, wrong)
})

t.test('variables set the settings of their names, and no others', async (t) => {
  const config = readConfig({
    PROXY_PORT: '1',
    CACHE_ENABLED: 'false',
    KEY_PREFIX: '{spms}:',
    PATH: '/bin',
    ORIGIN_URL: 'https://h:1/'
  })
  t.match(config, {
    PROXY_PORT: 1,
    CACHE_ENABLED: 'false',
    KEY_PREFIX: '{spms}:',
    ORIGIN_URL: 'https://h:1/'
  })
  t.notOk('PATH' in config)
  t.ok(Object.isFrozen(config))
})

t.test('a variable that is set to nothing is not set', async (t) => {
  t.same(readConfig({ PROXY_PORT: '', CONTROL_TOKEN: '', RESOURCES_FILE: '', REDIS_URL: '' }), readConfig({}))
})

t.test('a value is trimmed, and one that is blank is not set', async (t) => {
  t.same(
    readConfig({ PROXY_PORT: ' ', ORIGIN_MAX_QUEUE: '\t', CONTROL_TOKEN: '\n', REDIS_PASSWORD: ' \r\n' }),
    readConfig({})
  )
  const token = 'a-token-of-16-or-more'
  t.match(
    readConfig({
      CONTROL_TOKEN: `${token}\n`,
      REDIS_PASSWORD: ' p w\r\n',
      PROXY_PORT: ' 81 ',
      KEY_PREFIX: 'a: '
    }),
    { CONTROL_TOKEN: token, REDIS_PASSWORD: 'p w', PROXY_PORT: 81, KEY_PREFIX: 'a:' }
  )
  t.match(complaint({ CONTROL_TOKEN: `${'x'.repeat(15)}\n` }), 'fewer than 16')
})

const BAD: readonly (readonly [string, string, string])[] = [
  ['ORIGIN_URL', 'ftp://host', 'must match pattern'],
  ['ORIGIN_URL', 'http://host/path', 'scheme, host and port'],
  ['ORIGIN_URL', 'http://host:99999', 'must be an address'],
  ['ORIGIN_TIMEOUT_MS', '0', 'must be >= 1'],
  ['ORIGIN_MAX_CONNECTIONS', '1.5', 'must be integer'],
  ['ORIGIN_MAX_QUEUE', '-1', 'must be >= 0'],
  ['CACHE_STORE', 'disk', 'must be one of redis, memory'],
  ['REDIS_CONNECT_TIMEOUT_MS', 'soon', 'must be integer'],
  ['REDIS_COMMAND_TIMEOUT_MS', '1e9', 'must be <= 3600000'],
  ['KEY_PREFIX', 'a b', 'must match pattern'],
  ['KEY_PREFIX', 'x'.repeat(65), 'must match pattern'],
  ['DEFAULT_TTL', '0', 'must be >= 1'],
  ['DEFAULT_TTL', '86401', 'must not be above MAX_TTL (86400)'],
  ['MAX_TTL', '40000000', 'must be <= 31536000'],
  ['MEMORY_MAX_BYTES', '1', 'must be >= 1024'],
  ['MAX_ENTRY_BYTES', '64MB', 'must be integer'],
  ['CACHE_ENABLED', 'no', 'must be one of true, false, observe'],
  ['ANALYTICS', 'no', 'must be boolean'],
  ['PROXY_PORT', '70000', 'must be <= 65535'],
  ['CONTROL_PORT', 'x', 'must be integer'],
  ['CONTROL_HOST', '0.0.0.0', 'must be a loopback address unless CONTROL_TOKEN is set'],
  ['CONTROL_HOST', '127.0.0.1.example.org', 'must be a loopback address'],
  ['CONTROL_HOSTS', 'a b', 'must match pattern'],
  ['CONTROL_HOSTS', 'http://a', 'must match pattern'],
  ['CONTROL_SOCKET', `/${'x'.repeat(100)}`, 'must NOT have more than 100 characters'],
  ['OPS_PORT', '-1', 'must be >= 0'],
  ['LOG_LEVEL', 'loud', 'must be one of fatal, error, warn, info, debug, trace, silent']
]

t.test('a bad value is told in one line: the variable, the value and what is allowed', async (t) => {
  for (const [name, value, allowed] of BAD) {
    const message = complaint({ [name]: value })
    t.ok(message.startsWith(`${name}=${value}: `), message)
    t.ok(message.includes(allowed), message)
    t.notMatch(message, '\n')
  }
})

t.test('several bad values are told at once, still in one line', async (t) => {
  const message = complaint({ PROXY_PORT: 'a\nb', LOG_LEVEL: 'loud' })
  t.match(message, /^PROXY_PORT=a b: must be integer; LOG_LEVEL=loud: must be one of [^\n]*$/)
})

t.test('settings that do not go together are told, too', async (t) => {
  t.match(complaint({ MAX_TTL: '100' }), /^DEFAULT_TTL=300: must not be above MAX_TTL \(100\)$/)
  const memory = { CACHE_STORE: 'memory', MEMORY_MAX_BYTES: '2048', MAX_ENTRY_BYTES: '4096' }
  t.match(complaint(memory), /^MAX_ENTRY_BYTES=4096: must not be above MEMORY_MAX_BYTES \(2048\)$/)
  t.ok(readConfig({ ...memory, CACHE_STORE: 'redis' }))
})

t.test('Redis is logged in to in one way', async (t) => {
  const file = { REDIS_PASSWORD_FILE: '/run/secrets/password' }
  const identity = { AZURE_CLIENT_ID: 'a', AZURE_TENANT_ID: 'b', AZURE_FEDERATED_TOKEN_FILE: '/c' }
  const entra = { REDIS_AUTH: 'entra', ...identity }
  t.match(readConfig(entra), { REDIS_TOKEN_SCOPE: 'https://redis.azure.com/.default' })
  t.match(readConfig({ ...file, ...identity }), { REDIS_AUTH: 'password' })
  const both = /^REDIS_PASSWORD_FILE=\/run\/secrets\/password: must not go with REDIS_PASSWORD$/
  t.match(complaint({ ...file, REDIS_PASSWORD: 'hunter2' }), both)
  t.match(
    complaint({ ...entra, REDIS_PASSWORD: 'hunter2' }),
    /^REDIS_AUTH=entra: must not go with REDIS_PASSWORD$/
  )
  t.match(complaint({ ...entra, ...file }), /^REDIS_AUTH=entra: must not go with REDIS_PASSWORD_FILE$/)
  t.match(
    complaint({ REDIS_AUTH: 'entra', AZURE_CLIENT_ID: 'a' }),
    /^REDIS_AUTH=entra: needs AZURE_TENANT_ID, AZURE_FEDERATED_TOKEN_FILE, which AKS sets /
  )
  t.ok(readConfig({ REDIS_AUTH: 'entra', CACHE_STORE: 'memory' }), 'nothing is asked of who has no Redis')
  t.match(complaint({ REDIS_AUTH: 'token' }), /^REDIS_AUTH=token: must be one of/)
  t.match(complaint({ AZURE_AUTHORITY_HOST: 'http://login.example.org' }), /^AZURE_AUTHORITY_HOST=/)
})

t.test('the control door goes beyond loopback with a token only', async (t) => {
  const token = 'x'.repeat(16)
  t.ok(readConfig({ CONTROL_HOST: '0.0.0.0', CONTROL_TOKEN: token }))
  for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost'])
    t.ok(readConfig({ CONTROL_HOST: host }), host)
})

t.test('secrets are not told', async (t) => {
  const secrets = [
    { CONTROL_TOKEN: 'hunter2' },
    { REDIS_URL: 'http://user:hunter2@host' },
    { REDIS_PASSWORD_FILE: 'hunter2' },
    { ORIGIN_URL: 'http://user:hunter2@host' },
    { ORIGIN_URL: 'http://user:hun/hunter2@host' },
    { ORIGIN_URL: 'http://user:hunter2#x@host' },
    { ORIGIN_URL: 'http://user:hunter2' },
    { ORIGIN_URL: 'http://user:hunter2%40host' }
  ]
  for (const environment of secrets) {
    const message = complaint(environment)
    t.notMatch(message, 'hunter2')
    t.match(message, new RegExp(`^${Object.keys(environment)[0] ?? ''}=.*\\(hidden\\).*: must `))
  }
})

t.test('the outbox is off unless it has an address, and its table is a name', async (t) => {
  t.match(readConfig({}), { OUTBOX_TABLE: 'spms_cache_outbox', OUTBOX_POLL_MS: 1000 })
  t.notOk('OUTBOX_URL' in readConfig({}))
  for (const right of ['postgres://u@h/d', 'postgresql://u:p@h:1/d?sslmode=require'])
    t.equal(readConfig({ OUTBOX_URL: right }).OUTBOX_URL, right)
  t.match(complaint({ OUTBOX_URL: 'redis://u:secret@h/d' }), /^OUTBOX_URL=\(hidden\): must match/)
  for (const right of ['cache.outbox', 'Outbox', '_a$1']) t.ok(readConfig({ OUTBOX_TABLE: right }))
  for (const wrong of ['a.b.c', 'a"b', 'a;b', '1a', 'a b', 'a'.repeat(64), '.a', 'a.'])
    t.match(complaint({ OUTBOX_TABLE: wrong }), /^OUTBOX_TABLE=/, wrong)
  for (const wrong of ['49', '60001', 'x']) t.match(complaint({ OUTBOX_POLL_MS: wrong }), /^OUTBOX_POLL_MS=/)
})
