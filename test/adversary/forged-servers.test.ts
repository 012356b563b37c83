import t, { type Test } from 'tap'
import { get, http } from '../support/http.js'
import { startSidecar } from '../support/sidecar-process.js'
import { beliefsIn, type Effect, effectOf, taken } from './beliefs.js'
import { type BelievingServer, SERVERS } from './believing-servers.js'
import { inTurns } from './in-turns.js'
import { droppedFields, everyField, type Forged, rowPath } from './forged-fields.js'

/** What each server believes by itself, so that the list of what is dropped is right: `name` as it is sent. */
const BELIEVED: Readonly<Record<string, readonly string[]>> = {
  gunicorn: ['SCRIPT_NAME', 'x-forwarded-ssl', 'x-forwarded-protocol', 'x-forwarded-proto'],
  'gunicorn, header_map=dangerous': [
    'SCRIPT_NAME',
    'x_forwarded-host',
    'x-forwarded-ssl',
    'x-forwarded-protocol'
  ],
  uvicorn: ['x-forwarded-proto', 'x-forwarded-for'],
  waitress: [],
  'waitress, X-Forwarded-* trusted': ['x-forwarded-host', 'x-forwarded-port', 'x-forwarded-proto'],
  'waitress, Forwarded trusted': ['forwarded']
}

const RANK: readonly Effect[] = ['dropped', 'seen', 'refused', 'believed']
const effects = new Map<string, Map<string, Effect>>()

const attack = async (t: Test, { name, start }: BelievingServer): Promise<void> => {
  const origin = await start(t)
  const sidecar = await startSidecar({ ORIGIN_URL: origin, CACHE_STORE: 'memory', LOG_LEVEL: 'warn' })
  t.teardown(() => sidecar.stop())

  const plain = beliefsIn(await get(origin + rowPath(5)))
  const found = new Map<string, Effect>()
  await inTurns(everyField(5), async (forged) => {
    const effect = await effectOf(origin, plain, forged)
    const before = found.get(forged.name)
    if (before === undefined || RANK.indexOf(effect) > RANK.indexOf(before)) found.set(forged.name, effect)
  })
  effects.set(name, found)
  for (const field of BELIEVED[name] ?? []) t.equal(found.get(field), 'believed', `${field} directly`)

  const fields = droppedFields(0)
  const wrong = await inTurns([...fields.keys()], async (at) => {
    const record = 1000 + at
    const forged = droppedFields(record)[at]
    return forged === undefined ? ['no such field'] : poison(sidecar.proxy, origin, record, forged)
  })
  t.strictSame(wrong.flat(), [], `${fields.length} fields through the sidecar`)

  const write = { method: 'PUT', body: '{}', headers: { SCRIPT_NAME: '/zzz' } }
  const isReached = async (base: string): Promise<boolean> =>
    (await http(`${base}/zzz/api/v1/projects/5`, write)).status === 202
  t.equal(await isReached(origin), name.startsWith('gunicorn'), 'a write under another name, directly')
  t.notOk(await isReached(sidecar.proxy), 'and through the sidecar')
}

const HOST = { host: 'spms.example' }

/** What is wrong after an attack on the entry of one record: with what its own sender gets, or with what all others get. */
const poison = async (proxy: string, origin: string, record: number, forged: Forged): Promise<string[]> => {
  const path = rowPath(record)
  const right = JSON.stringify(taken(beliefsIn(await get(origin + path, { headers: HOST }))))
  const attacked = await get(proxy + path, { headers: { ...HOST, [forged.name]: forged.value } })
  const others = await get(proxy + path, { headers: HOST })
  const beliefs = beliefsIn(attacked)
  const said = `${forged.name}: ${forged.value}`
  return [
    ...(JSON.stringify(taken(beliefs)) === right ? [] : [`${said} was believed`]),
    ...(forged.field.toUpperCase().replaceAll('-', '_') in (beliefs?.fields ?? {})
      ? [`${said} was seen`]
      : []),
    ...(/; hit/.test(String(others.headers['cache-status'])) ? [] : [`${said}: nothing was stored`]),
    ...(JSON.stringify(taken(beliefsIn(others))) === right ? [] : [`${said}: others get another answer`])
  ]
}

for (const server of SERVERS) {
  void t.test(
    `${server.name}: what it believes when asked directly, and nothing of it through the sidecar`,
    (t) => attack(t, server)
  )
}

/** Server by server, what each field does there. */
void t.test('the table of what each server believes', (t) => {
  const names = [...new Set([...effects.values()].flatMap((found) => [...found.keys()]))]
  t.comment(['field', ...effects.keys()].join(' | '))
  for (const field of names) {
    t.comment([field, ...[...effects.values()].map((found) => found.get(field) ?? '')].join(' | '))
  }
  t.equal(effects.size, SERVERS.length)
  t.end()
})
