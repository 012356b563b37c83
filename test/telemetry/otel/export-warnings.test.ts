import t from 'tap'
import { createExportWarnings } from '../../../src/telemetry/otel/export-warnings.js'
import { createLogger } from '../../../src/telemetry/logger.js'
import { collectLines } from '../../support/log-lines.js'

t.test(
  'one warning when the collector takes nothing more, and one line when it takes both signals again',
  async (t) => {
    const { destination, lines } = collectLines()
    const ended = createExportWarnings({
      log: createLogger({ level: 'info', destination }),
      leave: (work) => work()
    })
    ended('traces')
    t.strictSame(lines, [], 'nothing is said of what goes well')
    const refused = Object.assign(new Error('Unauthorized'), { code: 401, data: 'a body of the collector' })
    for (let times = 0; times < 5; times++) {
      ended('traces', refused)
      ended('metrics', new Error('connect ECONNREFUSED'))
    }
    ended('traces')
    t.equal(lines.length, 1)
    ended('metrics')
    t.match(lines, [
      {
        level: 'warn',
        msg: 'The collector takes no telemetry',
        signal: 'traces',
        status: 401,
        hint: /ENDPOINT/
      },
      { level: 'info', msg: 'The collector takes telemetry again', lostExports: 10 }
    ])
    t.equal(lines.length, 2)
    t.notMatch(JSON.stringify(lines), /a body of the collector/)
  }
)
