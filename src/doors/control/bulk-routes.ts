import { Readable } from 'node:stream'
import { isUtf8 } from 'node:buffer'
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import type { Static } from '@sinclair/typebox'
import { isSliceOver, nextSlice } from '../../concurrency/time-slices.js'
import type { NewValue, Value } from '../../cache/values/value.js'
import { badInput } from '../problem.js'
import type { ControlContext } from './control-context.js'
import { readPosition } from './names.js'
import { GetAnswer, madeJson, NoQuery, PROBLEMS, SetAnswer, type Schemas } from './schemas.js'
import type { ValuesReading } from '../../cache/values/read-many.js'

/** What one request for many values may take or give, in bytes. */
export const bulkMaxBytes = (maxEntryBytes: number): number => Math.max(16 * 1024 * 1024, 2 * maxEntryBytes)

/** Many values in one request. */
export const bulkRoutes: FastifyPluginCallbackTypebox<ControlContext> = (app, context, done) => {
  const { values, fields, schemas, maxEntryBytes } = context

  app.post(
    '/v1/entries/get',
    {
      schema: {
        summary: 'Read many values',
        querystring: NoQuery,
        body: schemas.GetBody,
        response: { 200: madeJson(GetAnswer), ...PROBLEMS }
      }
    },
    async (request, reply): Promise<Readable> => {
      const asked = [...new Set(request.body.keys)]
      const keys = await fields.names(asked, 'keys')
      const reading = await values.readMany(keys, bulkMaxBytes(maxEntryBytes))
      if (reading === undefined)
        throw badInput('keys', 'name more bytes than one answer may have: ask for fewer at once', 422)
      const pieces = await presentValues(asked, reading)
      const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
      void reply.type('application/json; charset=utf-8').header('content-length', length)
      return Readable.from(pieces, { objectMode: false })
    }
  )

  app.post(
    '/v1/entries/set',
    {
      schema: {
        summary: 'Store many values',
        querystring: NoQuery,
        body: schemas.SetBody,
        response: { 200: SetAnswer, ...PROBLEMS }
      }
    },
    async (request): Promise<Static<typeof SetAnswer>> => {
      const { entries } = request.body
      const position = readPosition(request.body.position)
      const newValues: NewValue[] = []
      for (const entry of entries)
        newValues.push(await newValueOf(entry, `entries[${newValues.length}]`, context))
      refuseDuplicates(newValues)
      const outcomes = await values.putMany(newValues, position)
      const refused = entries.filter((_entry, at) => outcomes[at] !== 'stored').map(({ key }) => key)
      return { stored: entries.length - refused.length, refused }
    }
  )
  done()
}

type SetEntry = Static<Schemas['SetBody']>['entries'][number]

const newValueOf = async (
  entry: SetEntry,
  field: string,
  { fields, defaultTtlSeconds, maxEntryBytes }: ControlContext
): Promise<NewValue> => {
  if (isSliceOver()) await nextSlice()
  const key = fields.name(entry.key, `${field}.key`)
  const { body, contentType } = decodeValue(entry, field)
  if (body.length > maxEntryBytes)
    throw badInput(field, `must not have more than ${maxEntryBytes} bytes`, 413)
  const tags = await fields.names(entry.tags ?? [], `${field}.tags`)
  return { key, body, contentType, tags, ttlSeconds: entry.ttl ?? defaultTtlSeconds }
}

const refuseDuplicates = (newValues: readonly NewValue[]): void => {
  const seen = new Set<string>()
  newValues.forEach(({ key }, at) => {
    if (seen.has(key)) throw badInput(`entries[${at}].key`, 'is there already')
    seen.add(key)
  })
}

/** The answer to a read of many values as pieces of JSON, made in slices: together they may have many megabytes. */
const presentValues = async (
  asked: readonly string[],
  { values, position }: ValuesReading
): Promise<Buffer[]> => {
  const missing: string[] = []
  const pieces: Buffer[] = []
  for (const [at, key] of asked.entries()) {
    if (isSliceOver()) await nextSlice()
    const value = values[at]
    if (value === undefined) missing.push(key)
    else {
      const name = `${pieces.length === 0 ? '' : ','}${JSON.stringify(key)}:`
      pieces.push(Buffer.from(name + JSON.stringify(presentValue(value))))
    }
  }
  const rest = JSON.stringify({ missing, position } satisfies Omit<Static<typeof GetAnswer>, 'entries'>)
  return [Buffer.from('{"entries":{'), ...pieces, Buffer.from(`},${rest.slice(1)}`)]
}

type GivenValue = Static<typeof GetAnswer>['entries'][string]

/** The bytes of a value: `value` where they are text, else `base64`. */
const presentValue = ({ body, contentType, ttlSeconds: ttl }: Value): GivenValue =>
  isText(contentType) && isUtf8(body)
    ? { value: body.toString(), contentType, ttl }
    : { base64: body.toString('base64'), contentType, ttl }

/** The bytes and the type of an entry in JSON, which its schema gives either `value` or `base64`. */
const decodeValue = (entry: SetEntry, field: string): Pick<NewValue, 'body' | 'contentType'> => {
  const { value, base64, contentType } = entry
  if (base64 === undefined) {
    return { body: Buffer.from(value ?? ''), contentType: contentType ?? 'text/plain; charset=utf-8' }
  }
  const body = Buffer.from(base64, 'base64')
  if (body.toString('base64') !== base64) throw badInput(`${field}.base64`, 'must be base64 with its padding')
  return { body, contentType: contentType ?? 'application/octet-stream' }
}

const isText = (contentType: string): boolean => {
  const [type = '', ...parameters] = contentType.toLowerCase().split(';')
  if (!/^(?:text\/.+|application\/(?:.+\+)?json)$/.test(type.trim())) return false
  const charset = parameters.find((parameter) => parameter.trim().startsWith('charset='))
  return charset === undefined || /^charset="?(?:utf-8|us-ascii)"?$/.test(charset.trim())
}
