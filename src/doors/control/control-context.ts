import type { TSchema } from '@sinclair/typebox'
import type { Invalidation } from '../../cache/invalidation.js'
import type { InvalidateResult, InvalidateOptions } from '../../cache/store.js'
import type { Locks } from '../../cache/locks/locks.js'
import type { Values } from '../../cache/values/values.js'
import type { Warming } from '../../cache/warming/warming.js'
import type { NameFields } from './names.js'
import type { Schemas } from './schemas.js'
import type { AuditAnswer } from '../../insight/audit-report.js'
import type { Analytics } from '../../insight/analytics.js'
import type { LogLevel } from '../../telemetry/log-level.js'
import type { StatsSnapshot } from '../../telemetry/statistics.js'
import type { CancelSignal } from '../../concurrency/cancellation.js'
import type { AnswerValue } from './value-reads.js'

/** What the control door opens on. */
export interface ControlParts {
  readonly values: Values
  readonly locks: Locks
  /** Does not reject when the store cannot be reached: the outcome is `pending` then, after a wait. */
  readonly invalidate: (
    named: Partial<Invalidation>,
    options?: InvalidateOptions
  ) => Promise<InvalidateResult>
  /** Longest that `invalidate` waits. */
  readonly longestWaitMs: number
  readonly stats: () => Promise<StatsSnapshot>
  /** `undefined`: nothing is counted. */
  readonly analytics: Pick<Analytics, 'over' | 'others' | 'hotKeys'> | undefined
  readonly audit: () => AuditAnswer
  /** The table in force, in the form that its schema describes. */
  readonly resources: { readonly schema: TSchema; readonly table: unknown }
  readonly warming: Pick<Warming, 'run' | 'progress'>
  readonly logging: Pick<LogLevel, 'state' | 'change'>
  readonly defaultTtlSeconds: number
  readonly maxTtlSeconds: number
  readonly maxEntryBytes: number
}

/** What its routes share. */
export interface ControlContext extends ControlParts {
  readonly fields: NameFields
  readonly schemas: Schemas
  readonly answerValue: AnswerValue
  /** Cancelled when the door closes: nobody waits for long any more. */
  readonly closing: CancelSignal
}
