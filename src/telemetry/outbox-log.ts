import type { Logger } from 'pino'
import type { Observer } from '../cache/observer.js'
import type { OutboxFaultKind } from '../cache/outbox-events.js'
import { OUTBOX_HINTS } from './outbox-hints.js'
import { createReasons, createWarnings } from './warnings.js'

interface OutboxLogOptions {
  readonly log: Logger
  /** Epoch milliseconds. */
  readonly now: () => number
}

type OutboxEvents = Pick<Observer, 'outboxChanged' | 'outboxFailed' | 'outboxTaken' | 'outboxRowUnreadable'>

/** One line per transition of the outbox and per reason why it stays unread; rows at debug. Each warning says what to do. */
export const createOutboxLog = ({ log, now }: OutboxLogOptions): OutboxEvents => {
  const warn = createWarnings({ log, now })
  const reasons = createReasons<OutboxFaultKind>(now)
  let wasDown = false

  return {
    outboxChanged: (event) => {
      if (event.state === 'down') {
        const { kind, reason } = event
        reasons.wentDown(kind)
        log.warn({ kind, reason, hint: OUTBOX_HINTS[kind] }, 'The outbox is not read: its rows wait')
      } else if (wasDown) {
        log.warn({ wokenBy: event.wokenBy, hint: UP_HINT }, 'The outbox is read again')
      } else {
        log.info({ wokenBy: event.wokenBy }, 'The outbox is read')
      }
      wasDown = event.state === 'down'
    },
    outboxFailed: ({ kind, reason }) => {
      if (wasDown && reasons.isNews(kind))
        log.warn({ kind, reason, hint: OUTBOX_HINTS[kind] }, 'The outbox stays unread for another reason')
    },
    outboxTaken: ({ delaysMs }) => {
      log.debug({ rows: delaysMs.length, longestMs: Math.max(...delaysMs) }, 'Rows of the outbox were taken')
    },
    outboxRowUnreadable: (event) => {
      warn({
        kind: 'outbox row',
        message: 'A row of the outbox names what is no name: everything was invalidated',
        hint: 'Look at what writes such rows: names have 1 to 512 bytes without spaces or control characters, and do not start with @.',
        fields: event
      })
    }
  }
}

const UP_HINT = 'Nothing to do; if this recurs, look at the log of PostgreSQL and at the network.'
