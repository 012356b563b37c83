import type { Bindings, Logger } from 'pino'

export interface LogLevelState {
  /** The one that is logged at now. */
  readonly level: string
  /** When it is `LOG_LEVEL` again; absent while it is. */
  readonly until?: string
}

export interface LogLevel {
  state(): LogLevelState
  /** For so many seconds, after which it is `LOG_LEVEL` again. A later change counts instead of an earlier one. */
  change(level: string, seconds: number): LogLevelState
  /** A logger whose level changes with this one; pino's own children keep that of their birth. */
  child(bindings: Bindings): Logger
}

export interface LogLevelOptions {
  readonly log: Logger
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** Lets one process log at another level: nobody has to restart it, and nobody can forget one that logs every request. */
export const createLogLevel = ({ log, now }: LogLevelOptions): LogLevel => {
  const configured = log.level
  const loggers = [log]
  let until: number | undefined
  let timer: NodeJS.Timeout | undefined

  const apply = (level: string): void => {
    for (const logger of loggers) logger.level = level
  }
  const state = (): LogLevelState => ({
    level: log.level,
    ...(until !== undefined && { until: new Date(until).toISOString() })
  })

  return {
    state,
    change: (level, seconds) => {
      clearTimeout(timer)
      apply(level)
      until = now() + seconds * 1000
      timer = setTimeout(() => {
        until = undefined
        apply(configured)
      }, seconds * 1000).unref()
      return state()
    },
    child: (bindings) => {
      const child = log.child(bindings)
      loggers.push(child)
      return child
    }
  }
}
