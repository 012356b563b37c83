import { isUtf8 } from 'node:buffer'

import type { Value } from '../../cache/value-entry.js'
import { badInput } from '../problem.js'

/** The bytes of a value in JSON: `value` where they are text, else `base64`. */
export const presentValue = ({ body, contentType, ttlSeconds: ttl }: Value) =>
  isText(contentType) && isUtf8(body)
    ? { value: body.toString(), contentType, ttl }
    : { base64: body.toString('base64'), contentType, ttl }

/** The bytes and the type of an entry in JSON, which has either `value` or `base64`. */
export const readValue = (
  entry: { value?: string; base64?: string; contentType?: string },
  field: string
): { body: Buffer; contentType: string } => {
  const { value, base64, contentType } = entry
  if (contentType !== undefined && !MEDIA_TYPE.test(contentType)) {
    throw badInput(`${field}.contentType`, 'must be a media type')
  }
  if (value !== undefined && base64 === undefined) {
    if (/\p{Cs}/u.test(value)) throw badInput(`${field}.value`, 'must not contain lone surrogates')
    return { body: Buffer.from(value), contentType: contentType ?? 'text/plain; charset=utf-8' }
  }
  if (base64 !== undefined && value === undefined) {
    const body = Buffer.from(base64, 'base64')
    if (body.toString('base64') !== base64)
      throw badInput(`${field}.base64`, 'must be base64 with its padding')
    return { body, contentType: contentType ?? 'application/octet-stream' }
  }
  throw badInput(field, 'must have either value or base64')
}

/** RFC 9110 §8.3.1. */
const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?:[ \t]*;[\t\x20-\x7e]*)?$/

const isText = (contentType: string): boolean => {
  const [type = '', ...parameters] = contentType.toLowerCase().split(';')
  if (!/^(?:text\/.+|application\/(?:.+\+)?json)$/.test(type.trim())) return false
  const charset = parameters.find((parameter) => parameter.trim().startsWith('charset='))
  return charset === undefined || /^charset="?(?:utf-8|us-ascii)"?$/.test(charset.trim())
}
