import { isUtf8 } from 'node:buffer'

/** Whether the bytes are a JSON text (RFC 8259), in UTF-8 without a byte order mark. */
export const isJson = (bytes: Buffer): boolean => {
  if (!isUtf8(bytes)) return false
  try {
    JSON.parse(bytes.toString())
    return true
  } catch {
    return false
  }
}

/** Whether values of this type are text in UTF-8. */
export const isTextType = (contentType: string): boolean =>
  isInUtf8(contentType) && /^(?:text\/.+|application\/(?:.+\+)?json)$/.test(mediaTypeIn(contentType))

/** Whether they are JSON, `application/json` or another type of that structure (RFC 6839 §3.1). */
export const isJsonType = (contentType: string): boolean =>
  isInUtf8(contentType) && /^application\/(?:.+\+)?json$/.test(mediaTypeIn(contentType))

const mediaTypeIn = (contentType: string): string => (contentType.split(';', 1)[0] ?? '').trim().toLowerCase()

const isInUtf8 = (contentType: string): boolean => {
  const [, ...parameters] = contentType.toLowerCase().split(';')
  const charset = parameters.find((parameter) => parameter.trim().startsWith('charset='))
  return charset === undefined || /^charset="?(?:utf-8|us-ascii)"?$/.test(charset.trim())
}
