import { isUtf8 } from 'node:buffer'

import type { Static } from '@sinclair/typebox'

import type { ValuesReading } from '../../cache/values/read-many.js'
import { isSliceOver, nextSlice } from '../../concurrency/time-slices.js'
import type { Value } from '../../cache/values/value.js'
import { badInput } from '../problem.js'
import type { GetAnswer } from './schemas.js'

/** The answer to a read of many values as pieces of JSON, made in slices: together they may have many megabytes. */
export const presentValues = async (
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

/** The bytes of a value: `value` where they are text, else `base64`. */
const presentValue = ({
  body,
  contentType,
  ttlSeconds: ttl
}: Value): Static<typeof GetAnswer>['entries'][string] =>
  isText(contentType) && isUtf8(body)
    ? { value: body.toString(), contentType, ttl }
    : { base64: body.toString('base64'), contentType, ttl }

/** The bytes and the type of an entry in JSON, which its schema gives either `value` or `base64`. */
export const decodeValue = (
  entry: { value?: string; base64?: string; contentType?: string },
  field: string
): { body: Buffer; contentType: string } => {
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
