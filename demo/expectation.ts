import type { Answer } from './client.js'

export interface Expectation {
  readonly status: number
  /** The whole `Cache-Status`, or a pattern where it holds a figure; any when left out. */
  readonly cacheStatus?: string | RegExp
  /** What else must hold, by the words that say so when it does not. */
  readonly also?: Readonly<Record<string, boolean>>
}

/** What is wrong with an answer, in words; `undefined` when it is as expected. */
export const faultOf = (answer: Answer, expected: Expectation): string | undefined => {
  if (answer.status !== expected.status) return `expected status ${expected.status}, got ${answer.status}`
  const { cacheStatus, also = {} } = expected
  const isMatch =
    cacheStatus instanceof RegExp
      ? cacheStatus.test(answer.cacheStatus)
      : cacheStatus === undefined || cacheStatus === answer.cacheStatus
  if (!isMatch) return `expected Cache-Status ${String(cacheStatus)}, got "${answer.cacheStatus}"`
  const broken = Object.entries(also).find(([, holds]) => !holds)
  return broken === undefined ? undefined : `not so: ${broken[0]}`
}
