import { request } from 'node:http'
import fc from 'fast-check'
import t from 'tap'
import { sidecarFor, startBackend } from './backend.js'
import { inTurns } from './in-turns.js'

/** As python/backend.py has them. */
const ALLOWED = ['.example.org', 'spms.test', '127.0.0.1', '[::1]']
const SEED = 20261130
const SPELLINGS = 400
const PATH = '/api/v1/users/staffprofiles/5'

interface Said {
  readonly status: number
  readonly isHit: boolean
}

/** By hand, because undici has a mind of its own on `Host`. */
const ask = (base: string, host: string, path = PATH): Promise<Said> =>
  new Promise((resolve, reject) => {
    const sent = request(base + path, { headers: { host }, agent: false })
    sent.once('error', reject)
    sent.once('response', (response) => {
      const isHit = /; hit/.test(String(response.headers['cache-status']))
      response.resume().once('end', () => resolve({ status: response.statusCode ?? 0, isHit }))
    })
    sent.end()
  })

const NAMES = [
  'example.org',
  '.example.org',
  'a.example.org',
  'a.b.example.org',
  'spms.test',
  '127.0.0.1',
  '[::1]'
]
const ODD = [
  '',
  '.',
  '..',
  '-',
  '_',
  '!',
  '*',
  ' ',
  '@',
  '/',
  '\\',
  ':',
  ',',
  ';',
  '%2e',
  '[',
  ']',
  'a',
  'evil.',
  '\u00e4',
  '\u00a0'
]
const PORTS = [
  '',
  '',
  ':80',
  ':8000',
  ':',
  ':0',
  ':99999999',
  ':a',
  ':80:80',
  ':-1',
  '.:80',
  ':80.',
  ': 80',
  ':8\u00b2'
]

const hosts = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: fc.constant('') }, { weight: 2, arbitrary: fc.constantFrom(...ODD) }),
    fc.constantFrom(
      ...NAMES,
      'evil.example',
      'example.org.evil',
      '::1',
      '[::1%25eth0]',
      '[0:0::1]',
      '127.0.0.01',
      ''
    ),
    fc.oneof({ weight: 4, arbitrary: fc.constant('') }, { weight: 2, arbitrary: fc.constantFrom(...ODD) }),
    fc.constantFrom(...PORTS),
    fc.boolean()
  )
  .map(([before, name, after, port, isUpper]) => {
    const host = before + name + after + port
    return isUpper ? host.toUpperCase() : host
  })

void t.test('a host that Django refuses gets nothing from the cache, however it is spelled', async (t) => {
  const origin = await startBackend(t)
  const { proxy } = await sidecarFor(t, origin, { ALLOWED_HOSTS: ALLOWED.join(',') })
  await ask(proxy, 'spms.test')
  t.match(await ask(proxy, 'spms.test'), { status: 200, isHit: true }, 'the entry is warm')

  const counts = { allowed: 0, refused: 0, stricter: 0 }
  const wrong = await inTurns(fc.sample(hosts, { numRuns: SPELLINGS, seed: SEED }), async (host) => {
    const direct = await ask(origin, host)
    const through = await ask(proxy, host)
    const isAllowed = direct.status === 200
    counts[isAllowed ? 'allowed' : 'refused']++
    if (isAllowed && !through.isHit) counts.stricter++
    const isRight = isAllowed ? through.status === 200 : through.status >= 400 && !through.isHit
    return isRight
      ? []
      : [
          `${JSON.stringify(host)}: ${direct.status} directly, ${through.status} ${through.isHit ? 'hit' : ''}`
        ]
  })
  t.strictSame([...new Set(wrong.flat())].sort(), [])
  t.comment(
    `${counts.allowed} are allowed by Django, ${counts.refused} are not; ${counts.stricter} allowed ones are not cached`
  )
  t.ok(counts.allowed > 30 && counts.refused > 100)
})

void t.test('spellings of one host do not fill the store with copies of one answer', async (t) => {
  const origin = await startBackend(t)
  const { proxy } = await sidecarFor(t, origin, { ALLOWED_HOSTS: ALLOWED.join(',') })
  const projects = '/api/v1/users/5/projects'
  for (const host of ['spms.test', 'a.example.org']) {
    await ask(proxy, host, projects)
    t.match(await ask(proxy, host, projects), { status: 200, isHit: true }, `${host} has an entry`)
    for (const spelling of [...Array(20).keys()]
      .map((port) => `${host}:${port}`)
      .concat(host.toUpperCase(), `${host}.`)) {
      await ask(proxy, spelling, projects)
      t.match(await ask(proxy, spelling, projects), { status: 200, isHit: false }, spelling)
    }
  }
})
