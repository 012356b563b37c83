import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { type Static, Type } from '@sinclair/typebox'
import type { Store } from '../cache/store.js'
import { factWrite } from '../cache/identity/proof.js'
import { podKey } from '../cache/tags.js'
import { Figures, PackedFigures } from './figures.js'
import { type Window, WINDOWS } from './sliding-windows.js'

/** Pods beyond these are not in the sums. */
export const MOST_PODS = 64
/** How often each pod tells its figures, and how long they are there after it has ended. */
const TELL_MS = 10_000
const LASTS_MS = 35_000
/** Of what one pod tells, uncompressed: another version may tell anything. */
const MOST_BYTES = 8 * 1024 * 1024

const compress = promisify(gzip)
const decompress = promisify(gunzip)

const Told = Type.Object({
  /** Of the process: pods of two clusters may have one name. */
  id: Type.String(),
  pod: Type.String({ maxLength: 256 }),
  windows: Type.Record(Type.String(), Type.Object({ ms: Type.Number(), sum: PackedFigures }))
})

export interface PodFigures {
  readonly id: string
  readonly pod: string
  readonly sum: Figures
  readonly ms: number
}

export interface PodsOptions {
  readonly store: Store
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Name of this pod. */
  readonly pod: string
  readonly over: (window: Window) => { readonly sum: Figures; readonly ms: number }
}

/**
 * The figures of all pods, each of which keeps its own in the store for half a minute: under one of a fixed number of keys,
 * which it takes when nobody has it and keeps while what is there is what it has put. So all of them can be read without
 * looking for them, and nothing is left when they end.
 */
export class Pods {
  readonly #options: PodsOptions
  readonly #id = randomUUID()
  #place = Math.floor(Math.random() * MOST_PODS)
  #etag: string | undefined
  readonly #telling: NodeJS.Timeout

  constructor(options: PodsOptions) {
    this.#options = options
    this.#telling = setInterval(() => void this.tell().catch(() => undefined), TELL_MS).unref()
  }

  stop(): void {
    clearInterval(this.#telling)
  }

  /** Rejects with `StoreUnavailableError`; the figures are told anew in a few seconds. */
  async tell(): Promise<void> {
    const { store, now, pod, over } = this.#options
    const windows = Object.fromEntries(
      WINDOWS.map((window) => {
        const { sum, ms } = over(window)
        return [window, { ms, sum: sum.pack() }]
      })
    )
    const body = await compress(JSON.stringify({ id: this.#id, pod, windows } satisfies Static<typeof Told>))
    const etag = `"${randomUUID()}"`
    for (let tries = 0; tries < MOST_PODS; tries++) {
      const condition = this.#etag === undefined ? 'absent' : { etag: this.#etag }
      const { storeKey, entry } = factWrite(
        { storeKey: podKey(this.#place), body, tags: [], lastsMs: LASTS_MS },
        now()
      )
      const writes = [{ storeKey, entry: { ...entry, etag }, condition } as const]
      const [outcome] = await store.commit({ writes, position: undefined })
      if (outcome === 'stored') {
        this.#etag = etag
        return
      }
      // It was invalidated or has expired, and perhaps another pod has come: first the same place once more.
      if (this.#etag === undefined) this.#place = (this.#place + 1) % MOST_PODS
      this.#etag = undefined
    }
  }

  /** Of the other pods; what cannot be read, as that of another version, is left out. */
  async others(window: Window): Promise<readonly PodFigures[]> {
    const { store, now } = this.#options
    const storeKeys = Array.from({ length: MOST_PODS }, (_, place) => podKey(place))
    const { entries } = await store.read(storeKeys)
    const told = await Promise.all(
      entries.map(async (entry) =>
        entry === undefined || now() >= entry.freshUntil ? undefined : figuresIn(entry.body, window)
      )
    )
    return told.filter((figures) => figures !== undefined).filter(({ id }) => id !== this.#id)
  }
}

const figuresIn = async (body: Buffer, window: Window): Promise<PodFigures | undefined> => {
  try {
    const told: unknown = JSON.parse((await decompress(body, { maxOutputLength: MOST_BYTES })).toString())
    // Not part of the start: it is needed where pods are looked at together.
    const { Value } = await import('@sinclair/typebox/value')
    const { id, pod, windows } = Value.Decode(Told, told)
    const found = windows[window]
    return found && { id, pod, ms: found.ms, sum: Figures.unpack(found.sum) }
  } catch {
    return undefined
  }
}
