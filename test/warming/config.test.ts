import t from 'tap'
import { ConfigError, readConfig } from '../../src/config/config.js'
import { parseWarmIdentity } from '../../src/config/check-together.js'

t.test('the headers of warming are names and values in turn', async (t) => {
  t.strictSame(parseWarmIdentity('{"Remote-User":"svc","Host":"spms.example.org"}'), [
    ...['Remote-User', 'svc'],
    ...['Host', 'spms.example.org']
  ])
  t.strictSame(parseWarmIdentity('{}'), [])
})

t.test('anything else is refused, and never shown', async (t) => {
  const wrong = [
    's3cret',
    '["s3cret"]',
    '{"A":5}',
    '{"A b":"s3cret"}',
    '{"A":"s3cret\\n"}',
    '{"A":""}',
    'null'
  ]
  for (const text of wrong) {
    t.throws(() => readConfig({ WARM_IDENTITY: text }), ConfigError, text)
    t.throws(() => readConfig({ WARM_IDENTITY: text }), { message: /^WARM_IDENTITY=\(hidden\)[^3]*$/ }, text)
  }
  t.throws(() => readConfig({ WARM_IDENTITY: '3' }), { message: /^WARM_IDENTITY=\(hidden\)[^3]*$/ })
})

t.test('the time limit is 20 s unless told', async (t) => {
  t.equal(readConfig({}).WARM_TIMEOUT_MS, 20_000)
  t.throws(() => readConfig({ WARM_TIMEOUT_MS: '0' }), { message: /WARM_TIMEOUT_MS=0/ })
})
