import type { HttpAnswer } from '../../support/http.js'
import type { Asked, CrowdRecord } from './record.js'

/** How many writes had begun and ended. */
export interface Writes {
  /** No write was in progress, and none has begun until then. */
  isQuietUntil(later: Writes): boolean
  readonly begun: number
}

/** Where all sessions write down what happened to them. */
export interface Ledger {
  asked(request: {
    readonly method: string
    readonly path: string
    readonly caller: string
    readonly answer: HttpAnswer
  }): void
  kept(): void
  page(): void
  edit(): void
  logIn(): void
  failed(what: string): void
  compared(path: string, isSame: boolean): void
  writes(): Writes
  /** Call what it returns when the write is answered. */
  writeBegan(): () => void
  record(): CrowdRecord
}

/** `startedAt` in epoch milliseconds. */
export const createLedger = (startedAt: number): Ledger => {
  const asked: Asked[] = []
  const failures: string[] = []
  const differences: string[] = []
  const counts = { kept: 0, pages: 0, edits: 0, logIns: 0, compared: 0 }
  let begun = 0
  let ended = 0

  return {
    asked: ({ method, path, caller, answer: { headers } }) => {
      asked.push({
        ...{ at: (Date.now() - startedAt) / 1000, method, path, caller },
        cacheStatus: String(headers['cache-status']),
        queries: Number(headers['x-database-queries'] ?? 0)
      })
    },
    kept: () => counts.kept++,
    page: () => counts.pages++,
    edit: () => counts.edits++,
    logIn: () => counts.logIns++,
    failed: (what) => failures.push(what),
    compared: (path, isSame) => {
      counts.compared++
      if (!isSame) differences.push(path)
    },
    writes: () => {
      const isQuiet = begun === ended
      const begunBefore = begun
      return { begun, isQuietUntil: (later) => isQuiet && later.begun === begunBefore }
    },
    writeBegan: () => {
      begun++
      return () => ended++
    },
    record: () => ({ ...counts, asked, failures, differences })
  }
}
