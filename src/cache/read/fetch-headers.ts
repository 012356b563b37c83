import { fieldName, withoutFields } from '../../http/fields.js'
import type { Resource } from '../resource.js'
import { conditionsOf, type Validation } from './confirmation.js'

/**
 * The answer is for every caller of the key: nothing of one caller's conditions or codings goes with it. His `Accept` does
 * where any type is stored, and its answer is not if it names that field in `Vary`.
 */
export const fetchHeaders = (
  headers: readonly string[],
  { isJson }: Resource,
  validation: Validation | undefined
): readonly string[] => [
  ...withoutFields(headers, (name) => isOfOneCaller(fieldName(name), isJson)),
  ...(isJson ? ['Accept', 'application/json'] : []),
  ...['Accept-Encoding', 'identity'],
  ...conditionsOf(validation)
]

const isOfOneCaller = (name: string, isJson: boolean): boolean =>
  OF_ONE_CALLER.has(name) && (isJson || name !== 'accept')

const OF_ONE_CALLER = new Set([
  'accept',
  'accept-encoding',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'if-range',
  'range'
])
