import { get } from '../support/http.js'
import type { Shot } from './load.js'
import { signOnOf } from './origin-process.js'

export interface MixOptions {
  /** A bypass in place of each write without. */
  readonly hasWrites?: boolean
}

/**
 * Requests as the API gets them: of 50, 29 reads that the cache can have, 8 reads under a key that nobody has
 * asked for before, 12 that bypass and 1 write. Each knows its right answer: the bytes that the origin itself
 * gave before the load began, or, for a person whose name is being written, a name no older than the last that
 * was acknowledged before the request was sent.
 */
export const createMix = async (
  origin: string,
  { hasWrites = true }: MixOptions = {}
): Promise<() => Shot> => {
  const read = await expectedReads(origin)
  const names = createNames()
  const cached = await Promise.all([
    ...CALLERS.flatMap((user) => [
      read('cached', '/api/v1/users/me', signOnOf(user)),
      read('cached', '/api/v1/projects/mine', signOnOf(user))
    ]),
    ...CALLERS.map((user) => read('cached', '/api/v1/agencies/branches', signOnOf(user))),
    ...READ.map((user) => read('cached', `/api/v1/users/${user}/projects`, { host: HOST })),
    ...READ.map((user) => read('cached', `/api/v1/users/${user}`, signOnOf(pick(CALLERS, user)))),
    ...READ.map((user) => read('cached', `/api/v1/users/staffprofiles/${2960 + user}`))
  ])
  const fixed = cached.map((shot) => () => shot)
  const written = WRITTEN.map((user) => () => names.read(user))
  const reads = [...fixed, ...written, ...written]
  const bypasses = await Promise.all([
    ...READ.map((user) => read('bypass', `/api/v1/users/profiles/${1000 + user}`, signOnOf(1))),
    ...[1, 2, 3].map((branch) => read('bypass', `/api/v1/agencies/branches/${branch}`, signOnOf(1))),
    read('bypass', '/api/v1/agencies/branches?searchTerm=a', signOnOf(1))
  ])
  const misses = await Promise.all(
    READ.map((user) => read('miss', `/api/v1/users/${user}/projects`, { host: HOST }))
  )
  let count = 0

  return () => {
    const at = count++
    const storeKey = (at * 7) % 50
    if (storeKey === 0) return (hasWrites ? names.write() : undefined) ?? pick(bypasses, at)
    if (storeKey <= 8) return underNewHost(pick(misses, at), `host-${at}.test`)
    if (storeKey <= 20) return pick(bypasses, at)
    return pick(reads, at)()
  }
}

const HOST = 'spms.test'
const CALLERS = [2, 3, 4, 5, 6, 7, 8, 9, 11, 12]
const READ = [41, 42, 43, 44, 45, 46]
const WRITTEN = [51, 52, 53, 54, 55, 56, 57, 58]

type ExpectedShot = Shot & { readonly expected: Buffer }

/** Makes shots whose right answer is the one that the origin gives now. */
const expectedReads =
  async (origin: string) =>
  async (
    kind: Shot['kind'],
    path: string,
    headers: Readonly<Record<string, string>> = {}
  ): Promise<ExpectedShot> => {
    const { status, body: expected } = await get(`${origin}${path}`, { headers })
    if (status !== 200) throw new Error(`The origin answers ${path} with ${status}.`)
    return { kind, method: 'GET', path, headers, expected, wrongIn: comparing(expected) }
  }

const comparing =
  (expected: Buffer): Shot['wrongIn'] =>
  (status, body) => {
    if (status !== 200) return `status ${status}`
    return body.equals(expected) ? undefined : `another body: ${body.toString().slice(0, 200)}`
  }

/** A key of its own; the host stands in the answer's addresses. */
const underNewHost = (shot: ExpectedShot, host: string): Shot => ({
  ...shot,
  headers: { host },
  wrongIn: comparing(Buffer.from(shot.expected.toString().replaceAll(HOST, host)))
})

/** Persons whose first name is a number that grows with each write. */
const createNames = () => {
  const acknowledged = new Map<number, number>()
  const beingWritten = new Set<number>()
  let last = 0
  let turn = 0

  /** `undefined` when everybody is being written already. */
  const write = (): Shot | undefined => {
    const written = WRITTEN.map((_, at) => pick(WRITTEN, turn + at)).find((user) => !beingWritten.has(user))
    if (written === undefined) return undefined
    turn++
    beingWritten.add(written)
    const number = ++last
    return {
      kind: 'write',
      method: 'PUT',
      path: `/api/v1/users/${written}`,
      headers: { ...signOnOf(1), 'content-type': 'application/json' },
      body: JSON.stringify({ first_name: `w${number}` }),
      wrongIn: (status) => {
        beingWritten.delete(written)
        if (status === 202) acknowledged.set(written, number)
        return status === 202 ? undefined : `status ${status}`
      }
    }
  }

  const read = (user: number): Shot => {
    const known = acknowledged.get(user) ?? 0
    return {
      kind: 'cached',
      method: 'GET',
      path: `/api/v1/users/${user}`,
      headers: signOnOf(2),
      wrongIn: (status, body) => {
        if (status !== 200) return `status ${status}`
        const name = Number(/"first_name":"w(\d+)"/.exec(body.toString())?.[1] ?? 0)
        return name < known ? `stale: w${name} after w${known} was acknowledged` : undefined
      }
    }
  }
  return { write, read }
}

const pick = <T>(list: readonly T[], at: number): T => {
  const one = list[at % list.length]
  if (one === undefined) throw new RangeError('there is nothing to pick from')
  return one
}
