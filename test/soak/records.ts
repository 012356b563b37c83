import type { Shot, Taken } from './take.js'

/** What the application of app.py is asked, and what is right in its answers. */
export interface Records {
  /** The next request of the mix. */
  next(): Shot
  /**
   * To be called before the request is sent; what it returns says what is wrong with the answer, or `undefined`, and
   * notes what a write has made of the record.
   */
  expect(shot: Shot): (taken: Taken) => string | undefined
}

const KILOBYTE = 1024

export const createRecords = (random: () => number): Records => {
  /** The version that a write was acknowledged with, by record: no later read may show an earlier one. */
  const acknowledged = new Map<number, number>()
  const upTo = (count: number): number => 1 + Math.floor(random() * count)

  const next = (): Shot => {
    const kind = random()
    const project = upTo(40)
    if (kind < 0.4) return { method: 'GET', path: `/api/v1/users/${project}/projects` }
    if (kind < 0.6) return { method: 'GET', path: `/api/v1/users/staffprofiles/${100 + project}` }
    if (kind < 0.7) return { method: 'GET', path: `/api/v1/projects/${project}` }
    if (kind < 0.85) return { method: 'GET', path: `/files/${upTo(400)}` }
    if (kind < 0.95) return { method: 'PUT', path: `/api/v1/projects/${project}` }
    return { method: 'PUT', path: `/api/v1/users/staffprofiles/${100 + project}` }
  }

  const expect = ({ method, path }: Shot) => {
    const number = Number(/(\d+)(\/projects)?$/.exec(path)?.[1])
    const least = acknowledged.get(number) ?? 0
    return ({ status, body, headers }: Taken): string | undefined => {
      const wanted = method === 'PUT' ? 202 : 200
      if (status !== wanted) return `status ${status}: ${body.subarray(0, 200).toString()}`
      if (path.startsWith('/files/')) return body.equals(fileOf(number)) ? undefined : 'other bytes'
      const record = recordIn(body)
      if (record?.id !== number) return 'another record'
      if (method === 'GET')
        return record.version < least ? `stale: version ${record.version} after ${least}` : undefined
      // An invalidation that is pending is not acknowledged.
      if (!String(headers['cache-status']).includes('pending')) {
        acknowledged.set(number, Math.max(record.version, acknowledged.get(number) ?? 0))
      }
      return undefined
    }
  }

  return { next, expect }
}

const PATTERN = Buffer.from('0123456789abcdef')
const LARGEST = Buffer.alloc(400 * KILOBYTE, PATTERN)
const fileOf = (kilobytes: number): Buffer => LARGEST.subarray(0, kilobytes * KILOBYTE)

interface Version {
  readonly id: number
  readonly version: number
}

/** `undefined` for what is no record, or not all of it. */
const recordIn = (body: Buffer): Version | undefined => {
  const parsed: unknown = JSON.parse(body.toString())
  const record: unknown = Array.isArray(parsed) ? parsed[0] : parsed
  if (typeof record !== 'object' || record === null) return undefined
  if (!('id' in record && 'version' in record && 'pad' in record)) return undefined
  const { id, version, pad } = record
  if (typeof id !== 'number' || typeof version !== 'number') return undefined
  const kilobytes = 1 + Math.floor(((id % 100) * 399) / 40)
  return pad ===
    String(id)
      .padStart(4, '0')
      .repeat(256 * kilobytes)
    ? { id, version }
    : undefined
}
