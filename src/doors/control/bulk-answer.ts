import { isUtf8 } from 'node:buffer'
import type { Static } from '@sinclair/typebox'
import type { ValuesReading } from '../../cache/values/read-many.js'
import type { Value } from '../../cache/values/value.js'
import { isSliceOver, nextSlice } from '../../concurrency/time-slices.js'
import type { GetAnswer } from './answers.js'
import { isJson, isJsonType, isTextType } from './json-text.js'

interface BulkAnswerOptions {
  readonly asked: readonly string[]
  readonly reading: ValuesReading
  /** Whether values that are JSON come as what they are, in place of text. */
  readonly isJsonWanted: boolean
}

/**
 * The answer to a read of many values as pieces of JSON, made in slices: together they may have many megabytes. A value that
 * is JSON goes into it byte by byte.
 */
export const bulkAnswer = async ({
  asked,
  reading: { values, position },
  isJsonWanted
}: BulkAnswerOptions): Promise<Buffer[]> => {
  const missing: string[] = []
  const pieces: Buffer[] = []
  for (const [at, key] of asked.entries()) {
    if (isSliceOver()) await nextSlice()
    const value = values[at]
    if (value === undefined) missing.push(key)
    else {
      const name = `${pieces.length === 0 ? '' : ','}${JSON.stringify(key)}:`
      pieces.push(pieceOf(name, value, isJsonWanted))
    }
  }
  const rest = JSON.stringify({ missing, position } satisfies Omit<Static<typeof GetAnswer>, 'entries'>)
  return [Buffer.from('{"entries":{'), ...pieces, Buffer.from(`},${rest.slice(1)}`)]
}

const pieceOf = (name: string, value: Value, isJsonWanted: boolean): Buffer => {
  const { body, contentType, ttlSeconds: ttl } = value
  if (!isJsonWanted || !isJsonType(contentType) || !isJson(body))
    return Buffer.from(name + JSON.stringify(presentValue(value)))
  const rest = JSON.stringify({ contentType, ttl })
  return Buffer.concat([Buffer.from(`${name}{"json":`), body, Buffer.from(`,${rest.slice(1)}`)])
}

type GivenValue = Static<typeof GetAnswer>['entries'][string]

/** The bytes of a value: `value` where they are text, else `base64`. */
const presentValue = ({ body, contentType, ttlSeconds: ttl }: Value): GivenValue =>
  isTextType(contentType) && isUtf8(body)
    ? { value: body.toString(), contentType, ttl }
    : { base64: body.toString('base64'), contentType, ttl }
