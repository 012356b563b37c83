import type { Answer } from '../answer.js'
import type { Cache } from '../cache.js'
import type { CancelSignal } from '../../concurrency/cancellation.js'
import { cacheabilityOf } from '../read/cacheability.js'
import { createFieldReader } from '../read/request-fields.js'
import type { ResourceTable } from '../resource.js'

/** What is to be read, and how. */
export interface WarmReads {
  readonly read: Cache['read']
  readonly table: ResourceTable
  /** Paths with or without a query, as a caller would send them. */
  readonly targets: readonly string[]
  /** Names and values in turn, the same for every read. */
  readonly headers: readonly string[]
  /** `false`: nothing would be stored, so that every read is skipped. */
  readonly isEnabled: boolean
}

export type WarmResult =
  | { readonly kind: 'stored' | 'fresh' }
  /** `again`: the origin may still be starting. */
  | { readonly kind: 'failed' | 'again' | 'unstored'; readonly reason: string }

/** The targets that the cache would not look up with these headers, and why. */
export const skippedOf = ({
  targets,
  table,
  headers,
  isEnabled
}: WarmReads): Readonly<Record<string, string>> => {
  const fields = createFieldReader(table.identity)(headers)
  const skipped: Record<string, string> = {}
  for (const target of targets) {
    const cacheability = cacheabilityOf({ table }, { target, headers }, fields)
    if (!isEnabled) skipped[target] = 'disabled'
    else if (cacheability.kind === 'bypass') skipped[target] = cacheability.reason
  }
  return skipped
}

/** One read, and a second one after a miss: only a hit shows that the answer is stored. */
export const createWarmRead = ({ read, headers }: WarmReads) => {
  const ask = async (target: string, cancel: CancelSignal): Promise<Answer> => {
    const answer = await read({ method: 'GET', target, headers, body: undefined, cancel })
    if (answer.kind === 'relay') answer.received.body.destroy()
    return answer
  }
  return async (target: string, cancel: CancelSignal): Promise<WarmResult> => {
    try {
      const first = await ask(target, cancel)
      if (first.outcome === 'hit') return { kind: 'fresh' }
      if (first.kind !== 'entry') return fruitless(first)
      const second = await ask(target, cancel)
      if (second.outcome === 'hit') return { kind: 'stored' }
      return second.kind === 'entry' ? { kind: 'unstored', reason: second.cacheStatus } : fruitless(second)
    } catch (error) {
      return { kind: 'again', reason: error instanceof Error ? error.message : String(error) }
    }
  }
}

const fruitless = (answer: Exclude<Answer, { kind: 'entry' }>): WarmResult => {
  if (answer.kind === 'failure') return { kind: 'again', reason: answer.error.message }
  const { status, cacheStatus } = answer
  const reason = `status ${status}, ${cacheStatus}`
  if (status >= 500 || status === 429) return { kind: 'again', reason }
  return { kind: status < 300 ? 'unstored' : 'failed', reason }
}
