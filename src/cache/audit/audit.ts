import { type Entry, ageSeconds } from '../entry.js'
import { type Invalidation, type InvalidationSource, kindsOf } from '../invalidation.js'
import { asRecord, isReached } from '../invalidate/matcher.js'
import type { Audited, Finding } from '../audit-events.js'
import type { Invalidated, Observer } from '../observer.js'
import type { Lookup } from '../read/lookup.js'
import type { ReadAudit } from '../read/observe.js'
import type { Fetched } from '../read/origin-fetch.js'
import { examine, type ExamineContext, type Examined } from './examine.js'

export interface AuditOptions extends ExamineContext {
  readonly observer: Pick<Observer, 'audited'>
  /** Of hits; 0: none. */
  readonly share: number
  /** The origin is asked no more often than that. */
  readonly mostPerSecond: number
  /** Milliseconds of a clock that does not step back. */
  readonly elapsed: () => number
  readonly random?: () => number
}

/** Under way at once: of those that ask the origin, and of those that have its answer. */
const MOST_AT_ONCE = 4
const MOST_COMPARED_AT_ONCE = 32
/** Invalidations that are remembered, to name those that could have reached an entry. */
const MOST_REMEMBERED = 500
const MOST_NAMED = 3
const MOST_NAMES = 5

/** Compares answers from the cache with the origin's, beside the requests that got them. */
export class Audit implements ReadAudit {
  readonly #options: AuditOptions
  readonly #remembered: {
    readonly at: number
    readonly source: InvalidationSource
    readonly named: Invalidation
  }[] = []
  #underWay = 0
  #allowance = 1
  #countedAt: number

  constructor(options: AuditOptions) {
    this.#options = options
    this.#countedAt = options.elapsed()
  }

  /** This entry was answered. Chance decides whether the origin is asked, too. */
  hit(lookup: Lookup): void {
    const { share, random = Math.random } = this.#options
    if (share === 0 || random() >= share || !this.#takesOne()) return
    void this.#run(lookup)
  }

  /** This entry would have been answered, and the origin has been asked. */
  compare(lookup: Lookup, fetched: Fetched): void {
    if (this.#underWay < MOST_COMPARED_AT_ONCE) void this.#run(lookup, fetched)
  }

  invalidated({ named, source }: Invalidated): void {
    // A long one as everything: what is remembered is bounded in bytes, too.
    this.#remembered.push({ at: this.#options.now(), source, named: asRecord(named) })
    if (this.#remembered.length > MOST_REMEMBERED) this.#remembered.shift()
  }

  async #run(lookup: Lookup, fetched?: Fetched): Promise<void> {
    const { entry } = lookup
    if (entry === undefined) return
    const at = this.#options.now()
    this.#underWay++
    try {
      const found = { ...lookup, entry }
      this.#tell(found, await examine(this.#options, found, fetched), at)
    } catch {
      // Nobody waits for it: an error must not end the process.
      const { name: resource } = lookup.cacheable.resource
      this.#options.observer.audited({ resource, outcome: 'inconclusive' })
    } finally {
      this.#underWay--
    }
  }

  #tell(
    { cacheable, entry, request }: Lookup & { readonly entry: Entry },
    examined: Examined,
    at: number
  ): void {
    const { resource, key } = cacheable
    const audited: Audited = { resource: resource.name, outcome: examined.outcome }
    if (!('fields' in examined)) {
      this.#options.observer.audited(audited)
      return
    }
    const finding: Finding = {
      at,
      key,
      path: request.target,
      fields: examined.fields,
      ageSeconds: ageSeconds(entry, at),
      invalidations: this.#reaching(key, entry)
    }
    this.#options.observer.audited({ ...audited, finding })
  }

  /** The last ones first. */
  #reaching(key: string, { tags }: Entry): Finding['invalidations'] {
    return this.#remembered
      .filter(({ named }) => isReached([named], key, tags))
      .slice(-MOST_NAMED)
      .reverse()
      .map(({ at, source, named }) => ({
        at,
        source,
        kinds: kindsOf(named),
        names: [...named.keys, ...named.tags, ...named.patterns].slice(0, MOST_NAMES)
      }))
  }

  /** A bucket of one second's allowance. */
  #takesOne(): boolean {
    const { elapsed, mostPerSecond } = this.#options
    const now = elapsed()
    const more = ((now - this.#countedAt) / 1000) * mostPerSecond
    this.#allowance = Math.min(Math.max(1, mostPerSecond), this.#allowance + more)
    this.#countedAt = now
    if (this.#allowance < 1 || this.#underWay >= MOST_AT_ONCE) return false
    this.#allowance--
    return true
  }
}
