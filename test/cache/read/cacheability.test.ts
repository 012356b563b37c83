import t from 'tap'
import { createHostCheck } from '../../../src/cache/read/host-check.js'
import { cacheabilityOf, type Cacheability } from '../../../src/cache/read/cacheability.js'
import { createFieldReader } from '../../../src/cache/read/request-fields.js'
import { loadResources } from '../../../src/resources/load.js'
import { type Fields, flat, SIGNED_IN, TABLE } from '../fixtures.js'

const plan = (target: string, fields: Fields = {}, headers = flat(fields)): Cacheability =>
  cacheabilityOf({ table: TABLE }, { target, headers }, createFieldReader(TABLE.identity)(headers))

const keyOf = (target: string, fields: Fields = {}): string => {
  const planned = plan(target, fields)
  return planned.kind === 'lookup' ? planned.key : planned.reason
}

t.test('a read of a row is looked up under its key', async (t) => {
  t.match(plan('/open/5'), { kind: 'lookup', key: 'open:5', baseKey: 'open:5', parameters: { id: '5' } })
  t.equal(keyOf('/open/5?'), 'open:5', 'an empty query is none')
  t.match(keyOf('/mine', SIGNED_IN), /^user:~[\w-]{22}:mine$/)
  t.not(keyOf('/mine', SIGNED_IN), keyOf('/mine', { cookie: 'sessionid=two' }))
})

t.test('every reason to bypass has its name', async (t) => {
  const reasonOf = (target: string, fields: Fields = {}): string => {
    const planned = plan(target, fields)
    return planned.kind === 'bypass' ? `${planned.reason} ${planned.resource?.name ?? 'none'}` : planned.key
  }
  t.equal(reasonOf('/other'), 'no-resource none')
  t.equal(reasonOf('/open/list'), 'no-resource none')
  t.equal(reasonOf('/open/5/'), 'no-resource none')
  t.equal(reasonOf('/open/%35'), 'no-resource none')
  t.equal(reasonOf('/open/5', { 'content-length': '2' }), 'no-resource none')
  t.equal(reasonOf('/paged?search=x'), 'search paged')
  t.equal(reasonOf('/paged?se%61rch=x'), 'search paged')
  t.equal(reasonOf('/paged?page=1&search'), 'search paged')
  t.equal(reasonOf('/paged?other=x'), 'query paged')
  t.equal(reasonOf('/open/5?a'), 'query open')
  t.equal(reasonOf('/open/5', { range: 'bytes=0-' }), 'range open')
  t.equal(reasonOf('/open/5', { accept: 'text/html' }), 'html open')
  t.equal(reasonOf('/mine'), 'no-identity mine')
  t.equal(reasonOf('/guarded/1'), 'no-identity guarded')
})

t.test('parameters of the key split it, in whatever order they come', async (t) => {
  const keys = [
    '/paged',
    '/paged?page=1',
    '/paged?page=2',
    '/paged?size=1',
    '/paged?page=1&size=1',
    '/paged?page='
  ].map((target) => keyOf(target))
  t.equal(new Set(keys).size, keys.length)
  t.equal(keyOf('/paged?size=2&page=1'), keyOf('/paged?page=1&&size=2'))
  t.not(keyOf('/paged?page=1&page=2'), keyOf('/paged?page=2&page=1'), 'the same name twice keeps its order')
})

t.test('a header of the row splits its key', async (t) => {
  t.not(keyOf('/paged', { host: 'a' }), keyOf('/paged', { host: 'b' }))
  t.equal(keyOf('/paged', { host: 'a' }), keyOf('/paged', { HOST: 'a', accept: '*/*' }))
  t.equal(keyOf('/open/5', { host: 'a' }), keyOf('/open/5', { host: 'b' }), 'and no key of another row')
  t.match(plan('/paged', { host: 'a' }), { baseKey: 'paged' })
})

t.test('each Origin has entries of its own', async (t) => {
  const keys = [{}, { origin: 'https://a' }, { origin: 'https://b' }, { origin: 'null' }].map(
    (fields: Fields) => keyOf('/open/5', fields)
  )
  t.equal(new Set(keys).size, keys.length)
  const twice = plan('/open/5', {}, ['Origin', 'https://a', 'Origin', 'https://b'])
  t.match(twice, { kind: 'lookup' })
  t.notOk(
    keys.includes(twice.kind === 'lookup' ? twice.key : ''),
    'two of them are neither the first nor the last'
  )
})

t.test('no header can make the key of a query', async (t) => {
  const table = { ...TABLE, matchRead: () => ({ resource: queryOnly, parameters: {}, pathSuffix: '' }) }
  const match = TABLE.matchRead('/paged')
  t.ok(match)
  if (match === undefined) return
  const queryOnly = { ...match.resource, vary: [] }
  const keys = [
    { target: '/paged?page=2', headers: [] },
    { target: '/paged', headers: ['Origin', 'page=2'] }
  ].map((request) => cacheabilityOf({ table }, request, createFieldReader(TABLE.identity)(request.headers)))
  const [query, origin] = keys.map((planned) => (planned.kind === 'lookup' ? planned.key : ''))
  t.not(query, origin)
})

t.test('a host that is not allowed is not looked up, nor is a value that a row does not list', async (t) => {
  const { table } = loadResources(LISTED, { source: 'test', defaultTtlSeconds: 60, maxTtlSeconds: 60 })
  const planning = { table, checkHost: createHostCheck(['spms.example']) }
  const outcome = (fields: Fields): string => {
    const headers = flat(fields)
    const planned = cacheabilityOf(
      planning,
      { target: '/open', headers },
      createFieldReader(TABLE.identity)(headers)
    )
    return planned.kind === 'bypass' ? planned.reason : planned.kind
  }
  t.equal(outcome({ host: 'spms.example' }), 'lookup')
  for (const host of ['spms.example:1', 'SPMS.example', 'spms.example.'])
    t.equal(outcome({ host }), 'vary', `${host} is one of very many`)
  t.equal(outcome({ host: 'other.example' }), 'host')
  t.equal(outcome({ host: 'spms.example', 'x-forwarded-proto': 'https' }), 'lookup')
  t.equal(outcome({ host: 'spms.example', 'x-forwarded-proto': 'gopher' }), 'vary')
  t.equal(
    outcome({ host: 'spms.example', 'x-forwarded-proto': 'https', 'X-Forwarded-Proto': 'https' }),
    'vary',
    'twice'
  )
})

const LISTED = `
identity: { headers: [], cookies: [] }
families: {}
resources:
  - { name: open, path: /open, key: open, scope: public, families: [], vary: { Host: [], X-Forwarded-Proto: [http, https] } }
writes: []
`

t.test(
  'each language of the row has a key of its own, and whoever wants none of them has the first',
  async (t) => {
    const of = (language?: string) =>
      plan('/spoken/5', language === undefined ? {} : { 'accept-language': language })
    const keys = new Map<string | undefined, string>()
    for (const sent of [
      undefined,
      'fr',
      'en-AU,en;q=0.9',
      'fr-CA, en;q=0.1',
      'de',
      '*',
      'nonsense;;;=',
      'fr;q=0'
    ]) {
      const planned = of(sent)
      if (planned.kind !== 'lookup') throw new Error(planned.reason)
      t.equal(
        planned.language,
        sent?.startsWith('fr') === true && sent !== 'fr;q=0' ? 'fr' : 'en-AU',
        sent ?? 'none'
      )
      const known = keys.get(planned.language)
      if (known !== undefined) t.equal(planned.key, known)
      keys.set(planned.language, planned.key)
      t.equal(planned.baseKey, 'spoken:5')
    }
    t.equal(new Set(keys.values()).size, 2)
  }
)
