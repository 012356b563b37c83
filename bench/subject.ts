/** Something that answers HTTP requests and is measured: the sidecar, a peer, or a floor. */
export interface Subject {
  /** As in the tables: `sidecar, memory`, `nginx proxy_cache`, `bare node:http`. */
  readonly name: string
  /** What is missing on this machine and how to get it, in one line; `undefined` when it can start. */
  missing(): Promise<string | undefined>
  /** Starts it anew, cold, on free ports of loopback. Rejects when it does not answer in time. */
  start(options: SubjectOptions): Promise<RunningSubject>
}

export interface SubjectOptions {
  /** The main API that it stands in front of, as in `http://127.0.0.1:8000`; a floor does without. */
  readonly originUrl: string
  /** `redis://127.0.0.1:6379/1`, for those that use a Redis. */
  readonly redisUrl: string
  /** Number of the core that all its processes are pinned to; `undefined` on a machine with one. */
  readonly core: number | undefined
  /** Size in bytes of the body that a floor sends. */
  readonly bodyBytes: number
  /** Headers, names in lower case, of the answer that a floor sends beside the body. */
  readonly headers: Readonly<Record<string, string>>
  /** Environment of the sidecar, beside the addresses. */
  readonly settings?: Readonly<Record<string, string>>
}

export interface RunningSubject {
  /** Where it answers, without a path: `http://127.0.0.1:40123`. */
  readonly url: string
  /** A unix socket that it answers on as well. */
  readonly socketPath?: string
  /** Where its control API answers, if it has one. */
  readonly controlUrl?: string
  /** Its processes that count: CPU time and memory are those of these and their descendants. */
  readonly pids: readonly number[]
  stop(): Promise<void>
}
