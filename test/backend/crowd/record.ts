/** One request of a session that left its browser. */
export interface Asked {
  /** Seconds since the crowd began. */
  readonly at: number
  readonly method: string
  /** Below `/api/v1/`, with the query. */
  readonly path: string
  /** The session and its log-in: who has another one is another caller. */
  readonly caller: string
  /** `Cache-Status`. */
  readonly cacheStatus: string
  /** Of the database, for an answer of the backend: for a hit, those that it spared. */
  readonly queries: number
}

/** What happened to all sessions together. */
export interface CrowdRecord {
  readonly asked: readonly Asked[]
  /** Reads that a browser answered itself. */
  readonly kept: number
  readonly pages: number
  readonly edits: number
  readonly logIns: number
  /** Pages and edits that failed, though the backend alone would have served them, with what was asked. */
  readonly failures: readonly string[]
  /** Answers that were compared with the backend's own, and those that were others. */
  readonly compared: number
  readonly differences: readonly string[]
}
