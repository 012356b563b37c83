import { Readable } from 'node:stream'
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import type { Static } from '@sinclair/typebox'
import { badInput, tryAgain } from '../problem.js'
import { GetAnswer, TouchAnswer } from './answers.js'
import { bulkAnswer } from './bulk-answer.js'
import type { ControlContext } from './control-context.js'
import { HandlingHeaders, lenientLifetimes } from './preferences.js'
import { madeJson, NoQuery, PROBLEMS } from './schemas.js'

/** What one request for many values may take or give, in bytes. */
export const bulkMaxBytes = (maxEntryBytes: number): number => Math.max(16 * 1024 * 1024, 2 * maxEntryBytes)

/** A shorter answer is sent at once. */
const STREAMED_BYTES = 256 * 1024

/** Many values in one request. */
export const bulkRoutes: FastifyPluginCallbackTypebox<ControlContext> = (app, context, done) => {
  const { values, fields, schemas, maxEntryBytes, maxTtlSeconds, defaultTtlSeconds } = context

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
    async (request, reply): Promise<Readable | Buffer> => {
      const { keys: named, json: isJsonWanted = false } = request.body
      const asked = [...new Set(named)]
      const keys = await fields.names(asked, 'keys')
      const reading = await values.readMany(keys, bulkMaxBytes(maxEntryBytes))
      if (reading === undefined)
        throw badInput('keys', 'name more bytes than one answer may have: ask for fewer at once', 422)
      const pieces = await bulkAnswer({ asked, reading, isJsonWanted })
      const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
      void reply.type('application/json; charset=utf-8').header('content-length', length)
      return length <= STREAMED_BYTES ? Buffer.concat(pieces) : Readable.from(pieces, { objectMode: false })
    }
  )

  app.post(
    '/v1/entries/touch',
    {
      preValidation: lenientLifetimes(maxTtlSeconds),
      schema: {
        summary: 'Give many values a new lifetime',
        headers: HandlingHeaders,
        querystring: NoQuery,
        body: schemas.TouchBody,
        response: { 200: TouchAnswer, ...PROBLEMS }
      }
    },
    async (request): Promise<Static<typeof TouchAnswer>> => {
      const { keys: asked, ttl = defaultTtlSeconds } = request.body
      const keys = await fields.names(asked, 'keys')
      const outcomes = new Map<string, string>()
      const distinct = [...new Set(keys)]
      const touched = await values.touchMany(distinct, ttl)
      touched.forEach((outcome, at) => outcomes.set(distinct[at] ?? '', outcome))
      if (touched.includes('contended'))
        throw tryAgain('Other writers of one of these keys came in between each time.')
      const missing = asked.filter((_key, at) => outcomes.get(keys[at] ?? '') === 'absent')
      return { touched: touched.filter((outcome) => outcome === 'touched').length, missing }
    }
  )
  done()
}
