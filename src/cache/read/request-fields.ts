import { fieldName } from '../../http/fields.js'
import { createIdentify, delimit } from '../identity/digest.js'
import { createLru } from '../lru.js'
import type { Trace } from '../observer.js'
import type { IdentitySources } from '../resource.js'

/** What the read path needs of a request's header section, collected in one pass. */
export interface RequestFields {
  /** Digest of everything that tells the origin who is calling; `undefined` for nobody. */
  readonly identity: string | undefined
  readonly accept: string | undefined
  readonly acceptEncoding: string | undefined
  readonly origin: string | undefined
  readonly ifNoneMatch: string | undefined
  readonly ifModifiedSince: string | undefined
  readonly hasRange: boolean
  readonly hasBody: boolean
  /** Told in the log, so that one request can be followed through all of a cluster. */
  readonly trace: Trace
}

export type ReadFields = (headers: readonly string[]) => RequestFields

export const createFieldReader = (sources: IdentitySources): ReadFields => {
  const identify = createIdentify(sources)
  const roles = createLru<Role>(200, (sent) => {
    const name = fieldName(sent)
    if (name !== 'cookie' && sources.headers.includes(name)) return 'credential'
    return ROLES.get(name) ?? 'other'
  })
  return (headers) => {
    const cookies: string[] = []
    const credentials: string[] = []
    let accept: string | undefined
    let acceptEncoding: string | undefined
    let origin: string | undefined
    let ifNoneMatch: string | undefined
    let ifModifiedSince: string | undefined
    let hasRange = false
    let hasBody = false
    let requestId: string | undefined
    let traceparent: string | undefined
    for (let at = 0; at < headers.length; at += 2) {
      const sent = headers[at] ?? ''
      const role = roles.get(sent) ?? roles.memo(sent)
      if (role === 'other') continue
      const value = headers[at + 1] ?? ''
      if (role === 'cookie') cookies.push(value)
      else if (role === 'credential') credentials.push(fieldName(sent), delimit([sent.toLowerCase(), value]))
      else if (role === 'accept') accept = accept === undefined ? value : `${accept},${value}`
      else if (role === 'accept-encoding')
        acceptEncoding = acceptEncoding === undefined ? value : `${acceptEncoding},${value}`
      else if (role === 'origin') origin = origin === undefined ? value : `${origin}\n${value}`
      else if (role === 'if-none-match')
        ifNoneMatch = ifNoneMatch === undefined ? value : `${ifNoneMatch},${value}`
      else if (role === 'if-modified-since') ifModifiedSince = value
      else if (role === 'range') hasRange = true
      else if (role === 'x-request-id') requestId = value
      else if (role === 'traceparent') traceparent = value
      else if (role === 'transfer-encoding' || value !== '0') hasBody = true
    }
    const identity = identify(cookies, credentials)
    const trace = { requestId, traceparent }
    return {
      identity,
      accept,
      acceptEncoding,
      origin,
      ifNoneMatch,
      ifModifiedSince,
      hasRange,
      hasBody,
      trace
    }
  }
}

const NAMED = [
  'cookie',
  'accept',
  'accept-encoding',
  'origin',
  'if-none-match',
  'if-modified-since',
  'range',
  'x-request-id',
  'traceparent',
  'transfer-encoding',
  'content-length'
] as const

/** What a field is to the read path. */
type Role = (typeof NAMED)[number] | 'credential' | 'other'

const ROLES = new Map<string, Role>(NAMED.map((name) => [name, name]))
