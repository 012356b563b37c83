import fc from 'fast-check'
import t from 'tap'
import { parseKeepingJson } from '../../../src/doors/control/json-members.js'

const parse = (text: string): unknown => JSON.parse(text)

/** As JSON writes it, bytes as the value that they are the text of; throws where a member `json` of an entry is no bytes. */
const written = (read: unknown): string => {
  const members = Object.entries(read ?? {}).map(([name, member]: [string, unknown]) => {
    if (name !== 'entries' || !Array.isArray(member)) return [name, member]
    return [
      name,
      member.map((entry: unknown) => Object.fromEntries(Object.entries(entry ?? {}).map(asValue)))
    ]
  })
  return JSON.stringify(Object.fromEntries(members))
}

const asValue = ([name, member]: [string, unknown]): [string, unknown] => {
  if (name !== 'json') return [name, member]
  if (!Buffer.isBuffer(member)) throw new Error(`no bytes: ${String(member)}`)
  return [name, parse(member.toString())]
}

const text = fc.oneof(
  fc.string(),
  fc.constantFrom('json', '"json":', '\\', '\\"', '}],{[', '":1,"json"', 'ключ'),
  fc.array(fc.constantFrom('"', '\\', 'json', ':', '{', ']', ',')).map((parts) => parts.join(''))
)
const anything = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    ...[text, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)],
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(text, fc.constant('json')), tie('value'), { maxKeys: 3 })
  )
})).value
const entry = fc.record(
  { key: text, json: anything, value: anything, tags: fc.array(text) },
  { requiredKeys: [] }
)
const body = fc.record({ entries: fc.array(entry), json: anything, other: anything }, { requiredKeys: [] })

t.test('the text says the same as without, and each member is bytes', async (t) => {
  await fc.assert(
    fc.asyncProperty(body, fc.constantFrom(undefined, 1, '\t'), async (made, indent) => {
      const json = JSON.stringify(made, null, indent)
      const read = await parseKeepingJson(Buffer.from(json), parse)
      if (written(read) !== JSON.stringify(parse(json))) throw new Error(json)
    }),
    { numRuns: 2000 }
  )
  t.pass('in 2,000 runs')
})

t.test('any bytes either fail in both, or mean the same in both', async (t) => {
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    '"entries"',
    '"json"',
    '"key"',
    '1',
    ' ',
    'null',
    '"a"',
    '\\u006f'
  ]
  const soup = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join(''))
  const inside = fc.tuple(soup, soup).map(([a, b]) => `{"entries":[{"json":${a}},{"key":1,"json":[${b}]}]}`)
  await fc.assert(
    fc.asyncProperty(fc.oneof(soup, inside), async (json) => {
      const outcome = await parseKeepingJson(Buffer.from(json), parse).then(
        () => 'read',
        () => 'refused'
      )
      let expected = 'read'
      try {
        parse(json)
      } catch {
        expected = 'refused'
      }
      if (outcome !== expected) throw new Error(`${outcome}: ${json}`)
    }),
    { numRuns: 20_000 }
  )
  t.pass('in 20,000 runs')
})

t.test('bytes that are kept are a copy', async (t) => {
  const request = Buffer.from(`{"entries":[{"json":"${'x'.repeat(100_000)}"},{"json":1}]}`)
  const read = await parseKeepingJson(request, parse)
  const json: unknown = Reflect.get(Reflect.get(Reflect.get(read ?? {}, 'entries'), 1), 'json')
  t.ok(Buffer.isBuffer(json) && json.buffer !== request.buffer)
})
