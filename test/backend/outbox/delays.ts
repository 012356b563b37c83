import { get } from '../../support/http.js'
import type { SidecarProcess } from '../../support/sidecar-process.js'

export interface Delays {
  readonly rows: number
  readonly meanMs: number
  /** Upper bounds of the buckets in which the shares lie. */
  readonly p50Ms: number
  readonly p99Ms: number
}

/** From the commit to the acknowledged invalidation, as the sidecars have measured it: `spms_cache_outbox_delay_seconds`. */
export const delaysOf = async (sidecars: readonly SidecarProcess[]): Promise<Delays> => {
  const buckets = new Map<number, number>()
  let sum = 0
  let rows = 0
  for (const { ops } of sidecars) {
    const text = (await get(`${ops}/metrics`)).text()
    for (const [, bound = '', count = ''] of text.matchAll(BUCKET)) {
      const at = bound === '+Inf' ? Infinity : Number(bound)
      buckets.set(at, (buckets.get(at) ?? 0) + Number(count))
    }
    sum += Number(/^spms_cache_outbox_delay_seconds_sum(?:\{.*\})? (.+)$/m.exec(text)?.[1] ?? 0)
    rows += Number(/^spms_cache_outbox_delay_seconds_count(?:\{.*\})? (.+)$/m.exec(text)?.[1] ?? 0)
  }
  const sorted = [...buckets].sort(([one], [other]) => one - other)
  const boundOf = (share: number): number =>
    1000 * (sorted.find(([, count]) => count >= share * rows)?.[0] ?? Infinity)
  return { rows, meanMs: (1000 * sum) / rows, p50Ms: boundOf(0.5), p99Ms: boundOf(0.99) }
}

const BUCKET = /^spms_cache_outbox_delay_seconds_bucket\{.*?le="([^"]+)".*?\} (\d+)/gm
