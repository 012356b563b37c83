import { fieldName, withoutFields } from '../../http/fields.js'
import type { Cacheable } from './cacheability.js'
import { conditionsOf, type Validation } from './confirmation.js'

/**
 * The answer is for every caller of the key: nothing of one caller's conditions or codings goes with it. His `Accept` does
 * where any type is stored, and its answer is not if it names that field in `Vary`.
 */
export const fetchHeaders = (
  headers: readonly string[],
  { resource, language }: Pick<Cacheable, 'resource' | 'language'>,
  validation: Validation | undefined
): readonly string[] => {
  const own = [
    ...(resource.isJson ? ['Accept', 'application/json'] : []),
    ...['Accept-Encoding', 'identity'],
    ...(language === undefined ? [] : ['Accept-Language', language])
  ]
  const isReplaced = (name: string): boolean =>
    name === 'accept'
      ? resource.isJson
      : name === 'accept-language'
        ? language !== undefined
        : OF_ONE_CALLER.has(name)
  return [
    ...withoutFields(headers, (name) => isReplaced(fieldName(name))),
    ...own,
    ...conditionsOf(validation)
  ]
}

const OF_ONE_CALLER = new Set([
  'accept-encoding',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'if-range',
  'range'
])
