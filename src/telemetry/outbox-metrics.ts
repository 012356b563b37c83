import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { type Static, Type } from '@sinclair/typebox'
import type { Observer } from '../cache/observer.js'

/** Seconds. Finest where a notification brings them, then around the poll and what an outage makes of it. */
const DELAYS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300]

/** What `GET /v1/stats` tells of the outbox; absent without one. */
export const OutboxStatsSchema = Type.Object({
  state: Type.Union([Type.Literal('up'), Type.Literal('down')]),
  rows: Type.Integer({ description: 'Rows that this process has invalidated and deleted' }),
  pendingRows: Type.Optional(
    Type.Integer({ description: 'Rows that waited at the last count; 10,000 stands for more' })
  ),
  oldestRowSeconds: Type.Optional(Type.Number({ description: 'How long the oldest of them had waited' }))
})
export type OutboxStats = Static<typeof OutboxStatsSchema>

type OutboxEvents = Pick<Observer, 'outboxChanged' | 'outboxFailed' | 'outboxTaken' | 'outboxCounted'>

export interface OutboxMetrics extends OutboxEvents {
  /** `undefined` before the outbox was first asked. */
  outboxStats(): OutboxStats | undefined
}

/** Of the reader of the outbox. Without one, gauges have no series. What is not known is left out, never 0. */
export const createOutboxMetrics = (registry: Registry, prefix: string): OutboxMetrics => {
  const registers = [registry]
  let stats: OutboxStats | undefined
  const gauge = (name: string, help: string, valueOf: (known: OutboxStats) => number | undefined): void => {
    new Gauge({
      name: `${prefix}outbox_${name}`,
      help,
      registers,
      collect() {
        const value = stats && valueOf(stats)
        if (value === undefined) this.remove()
        else this.set(value)
      }
    })
  }
  gauge('up', '1 while the outbox is read, 0 while its rows wait.', ({ state }) => (state === 'up' ? 1 : 0))
  gauge('pending_rows', 'Rows that wait in the outbox; 10,000 stands for more.', (known) => known.pendingRows)
  gauge('oldest_row_seconds', 'How long the oldest of them has waited.', (known) => known.oldestRowSeconds)
  const delays = new Histogram({
    name: `${prefix}outbox_delay_seconds`,
    help: 'Time from the row, or its commit, to the acknowledged invalidation.',
    buckets: DELAYS,
    registers
  })
  const rows = new Counter({
    name: `${prefix}outbox_rows_total`,
    help: 'Rows that were invalidated and deleted.',
    registers
  })
  const errors = new Counter({
    name: `${prefix}outbox_errors_total`,
    help: 'Vain attempts to take rows.',
    labelNames: ['reason'],
    registers
  })

  return {
    outboxStats: () => stats,
    // What was counted before an outage says nothing of now.
    outboxChanged: ({ state }) => {
      stats = { state, rows: stats?.rows ?? 0 }
    },
    outboxFailed: ({ kind }) => errors.inc({ reason: kind }),
    outboxTaken: ({ delaysMs }) => {
      for (const delayMs of delaysMs) delays.observe(delayMs / 1000)
      rows.inc(delaysMs.length)
      stats = { state: 'up', ...stats, rows: (stats?.rows ?? 0) + delaysMs.length }
    },
    outboxCounted: ({ rows: pendingRows, oldestMs }) => {
      stats = { state: 'up', rows: 0, ...stats, pendingRows, oldestRowSeconds: oldestMs / 1000 }
    }
  }
}
