import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import type { Static } from '@sinclair/typebox'

import type { ValueDraft } from '../../cache/value-entry.js'
import { badInput } from '../problem.js'
import { presentValue, readValue } from './bulk-value.js'
import type { ControlContext } from './control-context.js'
import { readPosition } from './name-fields.js'
import { GetAnswer, GetBody, NoQuery, PROBLEMS, SetAnswer, type Schemas } from './schemas.js'

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
        body: GetBody,
        response: { 200: GetAnswer, ...PROBLEMS }
      }
    },
    async (request): Promise<Static<typeof GetAnswer>> => {
      const asked = [...new Set(request.body.keys)]
      const keys = asked.map((text, at) => fields.name(text, `keys[${at}]`))
      const reading = await values.read(keys)
      let bytes = 0
      const present: [string, Static<typeof GetAnswer>['entries'][string]][] = []
      const missing: string[] = []
      asked.forEach((text, at) => {
        const value = reading.values[at]
        if (value === undefined) missing.push(text)
        else if ((bytes += value.body.length) <= bulkMaxBytes(maxEntryBytes)) {
          present.push([text, presentValue(value)])
        } else throw badInput('keys', 'name more bytes than one answer may have: ask for fewer at once', 422)
      })
      // Not by assignment: a key may be `__proto__`.
      return { entries: Object.fromEntries(present), missing, position: reading.position }
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
      const drafts = entries.map((entry, at) => draftOf(entry, `entries[${at}]`, context))
      refuseDuplicates(drafts)
      const outcomes = await values.putMany(drafts, position)
      const refused = entries.filter((_entry, at) => outcomes[at] !== 'stored').map(({ key }) => key)
      return { stored: entries.length - refused.length, refused }
    }
  )
  done()
}

type SetEntry = Static<Schemas['SetBody']>['entries'][number]

const draftOf = (
  entry: SetEntry,
  field: string,
  { fields, defaultTtlSeconds, maxEntryBytes }: ControlContext
): ValueDraft => {
  const key = fields.name(entry.key, `${field}.key`)
  const { body, contentType } = readValue(entry, field)
  if (body.length > maxEntryBytes)
    throw badInput(field, `must not have more than ${maxEntryBytes} bytes`, 413)
  const tags = fields.names(entry.tags ?? [], `${field}.tags`)
  return { key, body, contentType, tags, ttlSeconds: entry.ttl ?? defaultTtlSeconds }
}

const refuseDuplicates = (drafts: readonly ValueDraft[]): void => {
  const seen = new Set<string>()
  drafts.forEach(({ key }, at) => {
    if (seen.has(key)) throw badInput(`entries[${at}].key`, 'is there already')
    seen.add(key)
  })
}
