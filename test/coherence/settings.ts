const numberIn = (name: string, otherwise: number): number => {
  const text = process.env[name] ?? ''
  return /^\d+$/.test(text) ? Number(text) : otherwise
}

/** How long the long run reads and writes; the others do not depend on it. */
export const LONG_SECONDS = numberIn('COHERENCE_SECONDS', 30)

/** How long readers and a writer go on while Redis is restarted, for each kind of server. */
export const RESTARTS_SECONDS = numberIn('RESTARTS_SECONDS', 10)

/** How long pods of two releases read and write on one Redis. */
export const RELEASES_SECONDS = numberIn('RELEASES_SECONDS', 10)

/** How long many contend for one lock, twice. */
export const LOCKS_SECONDS = numberIn('LOCKS_SECONDS', 8)

/** How often the wire stalls for four writes; 25 are the 100 writes of the trial. */
export const STALLS = numberIn('COHERENCE_STALLS', 12)

/** Decides what is read and written, and how slow the origin is; not how the processes interleave. */
export const SEED = numberIn('COHERENCE_SEED', 1)
