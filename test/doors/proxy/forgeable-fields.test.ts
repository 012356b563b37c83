import t from 'tap'
import { FORGEABLE_FIELDS } from '../../../src/doors/proxy/forgeable-fields.js'
import { openBareProxy, statusOf } from './open-proxy.js'

const ROW = '/api/v1/users/staffprofiles/5/cv'
const SPELLINGS = [
  (name: string) => name,
  (name: string) => name.toUpperCase(),
  (name: string) => name.replaceAll('-', '_').toUpperCase(),
  (name: string) => name.replace('-', '_')
]

t.test('no field that a caller could forge reaches the origin, by a read, a fill or a write', async (t) => {
  const seen: string[] = []
  const { call, store } = await openBareProxy(t, ({ rawHeaders }, response) => {
    seen.push(...rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase()))
    response.setHeader('content-type', 'application/json').end('{"user":{"id":5}}')
  })
  let sent = 0
  for (const name of FORGEABLE_FIELDS) {
    for (const spell of SPELLINGS) {
      const headers = { [spell(name)]: '/api/v1/users/5' }
      for (const path of [ROW, '/api/v1/projects/5']) await call('GET', path, { headers })
      await call('PUT', '/api/v1/users/5', { headers, body: '{}' })
      sent++
    }
  }
  const forged = new Set([...FORGEABLE_FIELDS, ...FORGEABLE_FIELDS.map((name) => name.replaceAll('-', '_'))])
  t.same(
    seen.filter((name) => forged.has(name) || name.includes('_')),
    []
  )
  t.equal(sent, FORGEABLE_FIELDS.length * SPELLINGS.length)
  await store.close()
})

t.test('a field that the ingress sets is passed on, and has entries of its own', async (t) => {
  const { get } = await openBareProxy(
    t,
    ({ headers }, response) => {
      response
        .setHeader('content-type', 'application/json')
        .end(`{"host":"${String(headers['x-forwarded-host'])}"}`)
    },
    { trustedFields: ['x-forwarded-host'] }
  )
  for (const host of ['a', 'b']) {
    const answers = [
      await get(ROW, { 'x-forwarded-host': host }),
      await get(ROW, { 'x-forwarded-host': host })
    ]
    t.same(
      answers.map((answer) => answer.json()),
      [{ host }, { host }]
    )
    t.match(answers.map(statusOf), [/stored/, /hit/])
  }
})
