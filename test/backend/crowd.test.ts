import t from 'tap'
import { needsOwnRedis } from '../support/redis-server.js'
import { rateOf } from './crowd/report.js'
import { sendCrowd } from './crowd/send-crowd.js'
import { shapes } from './crowd/shapes.js'
import { tally, totalOf } from './crowd/tally.js'
import { startBackend } from './start-backend.js'

/** Everything in a sixtieth of its time: twelve minutes of browsing. */
const HASTE = 60
const SECONDS = 12
const SESSIONS = 15
/** So that every worker is replaced several times. */
const MAX_REQUESTS = 60
/** Of the reads that are looked up. Most of so short a time is cold, before and after Redis is killed. */
const AT_LEAST: Readonly<Record<string, number>> = { reload: 0.25, browser: 0.08 }
/** More than people make, so that there are some in so short a time. */
const EDITS = 0.1

// At once. Each has a backend of its own, too: a write of the other one would go around its sidecars.
t.jobs = shapes.length
for (const shape of shapes) {
  const title = `${shape.title}: no page fails while Redis is killed and workers are replaced`
  t.test(title, { skip: needsOwnRedis }, async (t) => {
    const backend = await startBackend({ workers: 2, middleware: ['queries'], maxRequests: MAX_REQUESTS })
    t.teardown(() => backend.stop())
    const options = { sessions: SESSIONS, seconds: SECONDS, haste: HASTE, edits: EDITS }
    const report = await sendCrowd({ ...shape, ...options, backend })
    const { pages, edits, logIns, failures, differences, compared, replaced } = report
    t.strictSame(failures, [], `${pages} pages, ${edits} edits, ${logIns} log-ins`)
    t.strictSame(differences, [], `${compared} answers are the backend's own`)
    t.ok(pages > SESSIONS && edits > 0 && logIns > 0 && compared > 0, 'somebody came, signed in and edited')
    t.ok(replaced > 0, `${replaced} workers were replaced`)
    const { rows } = tally(report)
    for (const [row, counts] of rows) t.comment(`${row}: ${rateOf(counts)} of ${counts.reads}`)
    const total = totalOf(rows.values())
    const isOften = total.hits > (AT_LEAST[shape.name] ?? 1) * total.reads
    t.ok(isOften, `${rateOf(total)} of ${total.reads} reads are hits`)
    const spared = report.asked.filter(({ cacheStatus }) => cacheStatus.startsWith('spms; hit'))
    const queries = spared.reduce((sum, each) => sum + each.queries, 0)
    t.ok(queries > spared.length, `they spared ${queries} queries of the database`)
  })
}
