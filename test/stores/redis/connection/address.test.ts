import t from 'tap'
import { hasHashTag, parseRedisAddress } from '../../../../src/stores/redis/connection/address.js'

const plain = { isTls: false, username: undefined, password: undefined }

void t.test('every form of the address is understood', async (t) => {
  const local = { host: '127.0.0.1', port: 6379 }
  const nodes = [
    { host: 'h1', port: 7000 },
    { host: 'h2', port: 6379 }
  ]
  for (const [url, expected] of [
    ['redis://127.0.0.1:6379/1', { ...plain, form: 'single', nodes: [local], database: 1 }],
    ['redis://127.0.0.1', { ...plain, form: 'single', nodes: [local], database: 0 }],
    ['redis://[::1]:7000/', { ...plain, form: 'single', nodes: [{ host: '::1', port: 7000 }], database: 0 }],
    ['rediss://:p%40ss@127.0.0.1/2', { form: 'single', isTls: true, password: 'p@ss', database: 2 }],
    ['redis://user:a:b@127.0.0.1', { form: 'single', username: 'user', password: 'a:b' }],
    ['redis+cluster://h1:7000,h2', { ...plain, form: 'cluster', nodes }],
    ['rediss+cluster://u:p@h1:7000,h2', { form: 'cluster', isTls: true, username: 'u', nodes }],
    [
      'redis+sentinel://h1,h2:26380/1?master=mymaster',
      {
        form: 'sentinel',
        nodes: [
          { host: 'h1', port: 26379 },
          { host: 'h2', port: 26380 }
        ],
        database: 1,
        master: 'mymaster'
      }
    ],
    ['rediss+sentinel://h1?master=m', { form: 'sentinel', isTls: true, database: 0 }]
  ] as const) {
    t.match(parseRedisAddress(url), expected, url)
  }
})

void t.test(
  'an address that cannot be used is refused with its name and reason, and no password',
  async (t) => {
    for (const [url, reason] of [
      ['http://h', /must be redis:/],
      ['redis+http://:secret@h', /must be redis:/],
      ['redis://:secret@h/one', /must be redis:/],
      ['redis://:sec/ret@h', /percent-encoded/],
      ['redis://:sec@ret@h', /REDIS_PASSWORD/],
      ['redis://:sec?ret=1@h', /percent-encoded/],
      ['redis://:sec#ret@h', /percent-encoded/],
      ['redis+cluster://us@er:secret@h1,h2', /percent-encoded/],
      ['redis://h?secret', /no parameter/],
      ['redis://:secret@h1,h2', /one host/],
      ['redis://:secret@h:70000', /name:port/],
      ['redis://:secret%zz@h', /percent-encoded/],
      ['redis://:secret@h?db=1', /no parameter but master/],
      ['redis://:secret@h?master=m', /without sentinels/],
      ['redis+cluster://:secret@h1,,h2', /name:port/],
      ['redis+cluster://:secret@h1/1', /database/],
      ['redis+sentinel://:secret@h1', /\?master=name/]
    ] as const) {
      t.throws(
        () => parseRedisAddress(url),
        { name: 'RedisSettingsError', message: /^REDIS_URL=\(hidden\): / },
        url
      )
      t.throws(() => parseRedisAddress(url), { message: reason }, url)
      t.throws(() => parseRedisAddress(url), { message: /^(?!.*(sec|ret\\b)).*$/ }, 'nothing of the password')
    }
  }
)

void t.test('a hash tag is one that Redis takes for one', async (t) => {
  for (const prefix of ['{spms}:', 'a{b}c', '{a}{b}']) t.ok(hasHashTag(prefix), prefix)
  for (const prefix of ['spms:', '{}:', '{spms:', 'a}b{']) t.notOk(hasHashTag(prefix), prefix)
})
