import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { FORGEABLE_FIELDS } from '../../src/doors/proxy/forgeable-fields.js'
import { PYTHON } from '../origins/python-origin.js'
import { get } from '../support/http.js'
import { beliefsIn, taken } from './beliefs.js'
import { SERVERS } from './believing-servers.js'
import { PASSED_ON, rowPath } from './forged-fields.js'

const PACKAGES = ['gunicorn', 'uvicorn', 'waitress', 'django', 'asgiref', 'h11']
const MENTIONED = /HTTP_([A-Z][A-Z0-9_]+)|["']((?:[A-Z][A-Z0-9]*[-_])+[A-Z0-9]+|x-[a-z-]+)["']/g

/** What may change an answer by what HTTP says of it, and what no client can send with a request of its own choice. */
const KNOWN = new Set<string>([
  ...FORGEABLE_FIELDS,
  ...PASSED_ON,
  ...[
    'host',
    'connection',
    'keep-alive',
    'upgrade',
    'expect',
    'transfer-encoding',
    'content-length',
    'trailer',
    'te'
  ]
])

/** Whatever could be a request field in the sources of the servers and of Django, in lower case with hyphens. */
const mentioned = (): readonly string[] => {
  const packages = join(dirname(PYTHON), '../lib/python3*/site-packages')
  const files = PACKAGES.flatMap((name) => globSync(join(packages, name, '**/*.py')))
  const names = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(MENTIONED)].map(([, a, b]) =>
      (a ?? b ?? '').toLowerCase().replaceAll('_', '-')
    )
  )
  return [...new Set(names)].filter((name) => !KNOWN.has(name)).sort()
}

const VALUES = ['https', 'on', 'evil.example', '203.0.113.9', '8443', '/', rowPath(5), 'DELETE', 'admin']
/** Of one request: gunicorn takes a hundred. */
const AT_ONCE = 40

const names = mentioned().flatMap((name) => [...new Set([name, name.toUpperCase().replaceAll('-', '_')])])

void t.test('the servers mention no other field that they believe', async (t) => {
  t.ok(names.length > 200, `${names.length} names`)
  for (const { name, start } of SERVERS) {
    const url = (await start(t)) + rowPath(5)
    const ask = async (fields: readonly string[], value: string): Promise<string> => {
      const answer = await get(url, { headers: Object.fromEntries(fields.map((field) => [field, value])) })
      return JSON.stringify(taken(beliefsIn(answer)))
    }
    const plain = await ask([], '')
    /** The fields that make it another request; refused ones among them. */
    const believed = async (fields: readonly string[], value: string): Promise<readonly string[]> => {
      if ((await ask(fields, value)) === plain) return []
      if (fields.length === 1) return fields.map((field) => `${field}: ${value}`)
      const half = Math.ceil(fields.length / 2)
      return [
        ...(await believed(fields.slice(0, half), value)),
        ...(await believed(fields.slice(half), value))
      ]
    }
    if (name.startsWith('gunicorn')) {
      const control = 'x-forwarded-ssl'
      t.strictSame(await believed([...names.slice(0, 9), control], 'on'), [`${control}: on`], 'one is found')
    }
    const found: string[] = []
    for (const value of VALUES) {
      for (let at = 0; at < names.length; at += AT_ONCE) {
        found.push(...(await believed(names.slice(at, at + AT_ONCE), value)))
      }
    }
    t.strictSame(found, [], name)
  }
})
