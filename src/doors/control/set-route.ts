import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import type { Static } from '@sinclair/typebox'
import { isSliceOver, nextSlice } from '../../concurrency/time-slices.js'
import type { NewValue } from '../../cache/values/value.js'
import { badInput } from '../problem.js'
import { SetAnswer } from './answers.js'
import type { ControlContext } from './control-context.js'
import { readPosition } from './names.js'
import { HandlingHeaders, lenientLifetimes } from './preferences.js'
import { NoQuery, PROBLEMS, type Schemas } from './schemas.js'

/** `POST /v1/entries/set`, apart from the others because the members `json` of its body are bytes (`parseKeepingJson`). */
export const setRoute: FastifyPluginCallbackTypebox<ControlContext> = (app, context, done) => {
  const { values, schemas, maxTtlSeconds } = context
  app.post(
    '/v1/entries/set',
    {
      preValidation: lenientLifetimes(maxTtlSeconds),
      schema: {
        summary: 'Store many values',
        headers: HandlingHeaders,
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

/** The bytes and the type of an entry, which its schema gives one of `value`, `base64` and `json`. */
const decodeValue = (entry: SetEntry, field: string): Pick<NewValue, 'body' | 'contentType'> => {
  const { value, base64, json, contentType } = entry
  if (Buffer.isBuffer(json)) return { body: json, contentType: contentType ?? 'application/json' }
  if (base64 === undefined) {
    return { body: Buffer.from(value ?? ''), contentType: contentType ?? 'text/plain; charset=utf-8' }
  }
  const body = Buffer.from(base64, 'base64')
  if (body.toString('base64') !== base64) throw badInput(`${field}.base64`, 'must be base64 with its padding')
  return { body, contentType: contentType ?? 'application/octet-stream' }
}
