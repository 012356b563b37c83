import { Readable } from 'node:stream'

import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import type { Static } from '@sinclair/typebox'

import { isSliceOver, nextSlice } from '../../concurrency/time-slices.js'
import type { NewValue } from '../../cache/values/value.js'
import { badInput } from '../problem.js'
import { presentValues, decodeValue } from './bulk-value.js'
import type { ControlContext } from './control-context.js'
import { readPosition } from './name-fields.js'
import { GetAnswer, madeJson, NoQuery, PROBLEMS, SetAnswer, type Schemas } from './schemas.js'

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
