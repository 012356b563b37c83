import t from 'tap'
import { parseOutboxAddress, printOutboxAddress } from '../../src/outbox/address.js'

t.test('an address says whom to ask, as whom, and how', async (t) => {
  t.strictSame(parseOutboxAddress('postgres://cache:p%40ss@db.example.org:6432/spms'), {
    host: 'db.example.org',
    port: 6432,
    database: 'spms',
    user: 'cache',
    password: 'p@ss',
    sslMode: 'verify-full'
  })
  t.match(parseOutboxAddress('postgresql://cache@[2001:db8::1]/spms'), {
    host: '2001:db8::1',
    port: 5432,
    password: undefined
  })
  t.match(parseOutboxAddress('postgres://cache@/spms?host=/run/postgresql'), {
    host: '/run/postgresql',
    sslMode: 'disable'
  })
})

t.test('without sslmode there is TLS, except on this machine', async (t) => {
  for (const [host, sslMode] of [
    ['db', 'verify-full'],
    ['10.0.0.1', 'verify-full'],
    ['localhost.example.org', 'verify-full'],
    ['localhost', 'disable'],
    ['127.0.0.1', 'disable'],
    ['[::1]', 'disable']
  ] as const)
    t.match(parseOutboxAddress(`postgres://u@${host}/d`), { sslMode }, host)
  t.match(parseOutboxAddress('postgres://u@db/d?sslmode=disable'), { sslMode: 'disable' })
  t.match(parseOutboxAddress('postgres://u@localhost/d?sslmode=require'), { sslMode: 'require' })
})

t.test('what is wrong is named, and nothing of the address is shown', async (t) => {
  for (const [url, rule] of [
    ['postgres://db/spms', /must be postgres:\/\/user/],
    ['postgres://cache:secret@db', /must be postgres:\/\/user/],
    ['postgres://cache:se@cret@db/spms', /percent-encoded/],
    ['postgres://cache:se/cret@db/spms', /percent-encoded/],
    ['postgres://cache:secret%@db/spms', /% as %25/],
    ['postgres://cache:secret@a,b/spms', /must be postgres:\/\/user/],
    ['postgres://cache:secret@db:0/spms', /a port from 1 to 65535/],
    ['postgres://cache:secret@db/spms?sslmode=prefer', /one of disable, require, verify-ca, verify-full/],
    ['postgres://cache:secret@db/spms?options=-csearch_path', /no parameter but sslmode and host/],
    ['postgres://cache:secret@db/spms?host=/run', /must name one host/],
    ['postgres://cache:secret@/spms', /must name one host/],
    ['postgres://cache:secret@/spms?host=run', /a folder, which begins with/],
    ['postgres://cache:secret@/spms?host=/run&sslmode=require', /no TLS on a unix socket/]
  ] as const) {
    t.throws(() => parseOutboxAddress(url), { name: 'OutboxSettingsError', message: rule }, url)
    try {
      parseOutboxAddress(url)
    } catch (error) {
      t.match(String(error), /OUTBOX_URL=\(hidden\): /)
      t.notMatch(String(error), /secret|cret@/)
    }
  }
})

t.test('an address is shown without user and password', async (t) => {
  for (const [url, shown] of [
    ['postgres://cache:secret@db/spms', 'postgres://db:5432/spms'],
    ['postgres://cache@[::1]:1/spms', 'postgres://[::1]:1/spms'],
    ['postgres://cache@/spms?host=/run', 'postgres:///spms?host=/run']
  ] as const)
    t.equal(printOutboxAddress(parseOutboxAddress(url)), shown)
})
