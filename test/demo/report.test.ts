import t from 'tap'
import type { Answer } from '../../demo/client.js'
import { faultOf } from '../../demo/expectation.js'
import { createReport } from '../../demo/report.js'

const ANSWER: Answer = {
  request: 'GET /api/v1/projects/mine',
  status: 200,
  cacheStatus: 'spms; hit; ttl=287',
  cookies: [],
  body: '[]',
  ms: 1.234
}

const printed = (isColoured: boolean, answer: Answer, fault?: string): readonly string[] => {
  const lines: string[] = []
  createReport((line) => lines.push(line), isColoured).answer(answer, fault)
  return lines
}

t.test('an answer is one line with its time and Cache-Status, and a second one when it is wrong', (t) => {
  const [line, ...more] = printed(false, ANSWER)
  t.match(line, /^ +✓ GET \/api\/v1\/projects\/mine +200 +1\.2 ms {2}spms; hit; ttl=287$/)
  t.same(more, [])
  t.match(printed(false, ANSWER, 'expected a miss'), [/^ +✗ GET/, /^ +expected a miss$/])
  t.end()
})

t.test('no line is longer than 100 columns, and none is coloured unless asked', (t) => {
  const long = { ...ANSWER, request: `GET /${'x'.repeat(200)}`, cacheStatus: 'y'.repeat(200), ms: 1234.56 }
  const figures = {
    hits: 1e6,
    misses: 1e6,
    bypasses: 1e6,
    hitRate: 0.5,
    meanCachedMs: 1,
    meanUncachedMs: 99999
  }
  const lines = [...printed(false, long, 'z'.repeat(200))]
  createReport((line) => lines.push(line), false).stats({
    total: figures,
    resources: { user_projects: { ...figures, hitRate: null, meanCachedMs: null } }
  })
  for (const line of lines) {
    t.ok(line.length <= 100, line)
    t.notMatch(line, '\u001b[')
  }
  t.match(printed(true, ANSWER)[0], '\u001b[')
  t.end()
})

t.test('an answer is as expected only with its status, its Cache-Status and all else', (t) => {
  const cacheStatus = /^spms; hit; ttl=\d+$/
  t.equal(faultOf(ANSWER, { status: 200, cacheStatus, also: { 'it is so': true } }), undefined)
  t.equal(faultOf(ANSWER, { status: 200, cacheStatus: ANSWER.cacheStatus }), undefined)
  t.match(faultOf(ANSWER, { status: 502 }), 'expected status 502, got 200')
  t.match(faultOf(ANSWER, { status: 200, cacheStatus: 'spms; hit' }), 'expected Cache-Status spms; hit, got')
  t.match(
    faultOf({ ...ANSWER, cacheStatus: 'spms; fwd=uri-miss' }, { status: 200, cacheStatus }),
    'got "spms; fwd'
  )
  t.equal(faultOf(ANSWER, { status: 200, also: { 'it is so': false } }), 'not so: it is so')
  t.end()
})
