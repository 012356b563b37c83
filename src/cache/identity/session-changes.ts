import { identityTag } from '../tags.js'
import { createFolding } from '../../concurrency/folding.js'
import type { Invalidate } from '../invalidate/invalidate.js'
import type { Observer } from '../observer.js'
import type { OriginAnswer } from '../origin.js'
import type { ResourceTable } from '../resource.js'
import type { InvalidateOutcome, Store } from '../store.js'
import { readProof } from './proof.js'

export interface SessionChangesOptions {
  readonly table: ResourceTable
  readonly invalidate: Invalidate
  readonly observer: Observer
  readonly store: Store
}

/**
 * What an answer makes untrue by itself, whatever was asked. Resolves when that is invalidated, or pending; `undefined`
 * when it is nothing.
 */
export type InvalidateSessionChanges = (
  answer: Pick<OriginAnswer, 'status' | 'headers'>,
  identity: string | undefined
) => Promise<InvalidateOutcome> | undefined

/** Anybody can be turned away as often as he likes: the log takes ten records a second of that. */
const DENIALS_MS = 100
const LOG_INS_MS = 1000

/**
 * A 401 or 403 ends what is stored for its caller. It always leaves a record: another pod may have a read of this caller
 * in progress that the origin saw before, and only the record refuses its commit. An answer that sets the session
 * cookie is a log-in, whatever its method, and the first one of a person may have made that person.
 */
export const createSessionChanges = ({
  table,
  invalidate,
  observer,
  store
}: SessionChangesOptions): InvalidateSessionChanges => {
  const invalidateTags = async (tags: readonly string[]): Promise<InvalidateOutcome> =>
    (await invalidate({ tags }, 'proxy')).outcome
  const fold = (intervalMs: number, cause: 'denial' | 'log-in') =>
    createFolding<readonly string[], InvalidateOutcome>({
      intervalMs,
      run: invalidateTags,
      merge: (works) => [...new Set(works.flat())],
      folded: (_, count) => observer.invalidationsFolded({ cause, count })
    })
  const deny = fold(DENIALS_MS, 'denial')
  const logIn = fold(LOG_INS_MS, 'log-in')
  const { signInTags } = table

  const greet = async (identity: string | undefined): Promise<InvalidateOutcome> =>
    identity !== undefined && (await readProof(store, identity)) !== undefined
      ? 'done'
      : logIn('', signInTags)

  return (answer, identity) => {
    if (isDenial(answer)) return identity === undefined ? undefined : deny('', [identityTag(identity)])
    if (signInTags.length === 0 || !setsSession(answer.headers, table.identity.cookies)) return undefined
    return greet(identity)
  }
}

export const isDenial = ({ status }: { readonly status: number }): boolean => status === 401 || status === 403

/** Whether a cookie that tells callers apart is set to something: to take it away is a log-out. */
const setsSession = (headers: readonly string[], cookies: readonly string[]): boolean => {
  for (let at = 0; at < headers.length; at += 2) {
    if (headers[at]?.toLowerCase() !== 'set-cookie') continue
    const [, name = '', value = ''] = /^\s*([^=;\s]+)\s*=\s*"?([^;"]*)/.exec(headers[at + 1] ?? '') ?? []
    if (cookies.includes(name) && value !== '') return true
  }
  return false
}
