import { request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import t from 'tap'
import { openDoor } from './open-door.js'

interface Schema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly maxLength?: number
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly 'x-name'?: { readonly maxBytes: number; readonly prefix: string }
}

interface Operation {
  readonly parameters?: readonly {
    readonly name: string
    readonly in: 'path' | 'query' | 'header'
    readonly required?: boolean
    readonly schema: Schema
  }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

/** What names and other texts are made from: what is likely to be refused where the schema does not say so. */
const TEXTS = [
  ...[
    'a',
    'get',
    'set',
    '.',
    '..',
    'a/b',
    'a%2Fb',
    '%',
    '?',
    '#',
    '*',
    '**',
    'a*b*c*d*e*f*g*h*',
    '*'.repeat(9)
  ],
  ...[
    '',
    '@',
    '@log',
    'a@',
    'spms:',
    'spms:a',
    'spms:@a',
    'spms:spms:',
    'SPMS:@',
    '__proto__',
    'constructor'
  ],
  ...[
    'a b',
    ' ',
    'a\n',
    '\t',
    'a\u00a0',
    '\u0085',
    '\u007f',
    '\u200b',
    '\u2028',
    '\u3000',
    '\ufeff',
    '\ud800',
    '😀'
  ],
  ...[
    'x'.repeat(512),
    'x'.repeat(513),
    `spms:${'x'.repeat(512)}`,
    'é'.repeat(256),
    'é'.repeat(257),
    '[',
    '\\',
    '^$'
  ],
  ...['text/plain', 'text/plain; charset=utf-8', 'text', 'a/b;', 'wait=0', 'wait=99999, a; b="c"']
]

const ajv = new Ajv({ strict: false, validateFormats: false })

/** Values that the schema takes, as a validator that knows nothing of this project sees it. */
const valid = (schema: Schema): fc.Arbitrary<unknown> => {
  const check = ajv.compile(schema)
  return roughly(schema).filter((value) => check(value) && hasFewBytes(schema, value))
}

/** The one rule of names that is no keyword of JSON Schema; the description tells it. */
const hasFewBytes = (schema: Schema, value: unknown): boolean => {
  const rule = schema['x-name']
  if (rule === undefined || typeof value !== 'string') return true
  const name = value.startsWith(rule.prefix) ? value.slice(rule.prefix.length) : value
  return Buffer.byteLength(name) <= rule.maxBytes
}

const roughly = (schema: Schema): fc.Arbitrary<unknown> => {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  switch (schema.type) {
    case 'string':
      return textOf(schema)
    case 'number':
      return fc.double({ min: schema.minimum ?? 0, max: schema.maximum ?? 100, noNaN: true })
    case 'integer':
      return fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 100 })
    case 'array':
      return fc.array(valid(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(4, schema.maxItems ?? 4)
      })
    case 'object': {
      const members = Object.entries(schema.properties ?? {})
      return fc.record(Object.fromEntries(members.map(([name, member]) => [name, valid(member)])), {
        requiredKeys: [...(schema.required ?? [])]
      })
    }
    default:
      return fc.jsonValue()
  }
}

const textOf = ({ pattern = '', format }: Schema): fc.Arbitrary<string> => {
  if (format === 'byte') return fc.base64String()
  const made = [fc.constantFrom(...TEXTS), fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })]
  // What has a form of its own is made from that.
  return /^\^[^(]*\{\d+\}/.test(pattern) ? fc.stringMatching(new RegExp(pattern)) : fc.oneof(...made)
}

interface Call {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

const callsOf = (path: string, operation: Operation): fc.Arbitrary<Call> => {
  const parameters = operation.parameters ?? []
  const [type, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? []
  const body =
    content === undefined
      ? fc.constant('')
      : type === 'application/json'
        ? valid(content.schema).map((value) => JSON.stringify(value))
        : fc.uint8Array().map((bytes) => Buffer.from(bytes))
  const values = fc.record(Object.fromEntries(parameters.map(({ name, schema }) => [name, valid(schema)])), {
    requiredKeys: parameters.filter(({ required }) => required === true).map(({ name }) => name)
  })
  return fc.tuple(values, body).map(([given, sent]) => {
    const present = parameters.filter(({ name }) => given[name] !== undefined)
    const key = present.find((parameter) => parameter.in === 'path')
    const query = present
      .filter((parameter) => parameter.in === 'query')
      .flatMap(({ name }) =>
        [given[name]].flat().map((value) => `${name}=${encodeURIComponent(String(value))}`)
      )
    const headers: Record<string, string> = type === 'application/json' ? { 'content-type': type } : {}
    for (const { name } of present.filter((parameter) => parameter.in === 'header'))
      headers[name] = String(given[name]).replaceAll(/[^\x20-\x7e]/g, '')
    return {
      path:
        path.replace(/\{\w+\}/, () => encodeURIComponent(String(given[key?.name ?? '']))) +
        (query.length > 0 ? `?${query.join('&')}` : ''),
      headers,
      body: sent
    }
  })
}

/** Not by a client that normalises paths: `..` is a key. */
const send = (url: string, method: string, { path, headers, body }: Call) =>
  new Promise<{ status: number; text: string }>((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const sent = httpRequest({ hostname, port, method, path, headers }, (answer) => {
      text(answer).then((read) => resolve({ status: answer.statusCode ?? 0, text: read }), reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })

void t.test(
  'no request that the description allows is bad input, but for what the description names',
  async (t) => {
    const { url, call } = await openDoor(t)
    const { paths } = (await call('GET', '/openapi.json')).json() as OpenApi
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation }))
    )
    t.equal(operations.length, 21)
    for (const { path, method, operation } of operations) {
      const statuses = new Map<number, number>()
      await fc.assert(
        fc.asyncProperty(callsOf(path, operation), async (made) => {
          const answer = await send(url, method.toUpperCase(), made)
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
          const isNamed = answer.status === 400 && answer.text.includes('is there already')
          if ((answer.status === 400 && !isNamed) || answer.status >= 500 || answer.status === 405)
            throw new Error(`${answer.status} ${answer.text}`)
        }),
        { numRuns: 300 }
      )
      t.pass(
        `${method} ${path}: ${[...statuses].map(([status, count]) => `${count} × ${status}`).join(', ')}`
      )
    }
  }
)
