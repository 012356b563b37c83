import t from 'tap'
import { ORIGIN_HEADERS, startOrigin } from '../../bench/origin.js'
import { get } from '../support/http.js'

t.test('the origin takes its time, says its headers and counts what it was asked', async (t) => {
  const origin = await startOrigin({ bodyBytes: 2000, latencyMs: 50 })
  t.teardown(() => origin.stop())
  t.equal(await origin.requests(), 0)
  const sentAt = performance.now()
  const answer = await get(`${origin.url}/api/v1/users/7`)
  t.ok(performance.now() - sentAt >= 49)
  t.equal(answer.status, 200)
  t.match(answer.headers, { ...ORIGIN_HEADERS, 'content-length': '2000' })
  t.match(answer.json(), { id: 7, user: { id: 7 } })
  await get(`${origin.url}/other`)
  t.equal(await origin.requests(), 2, 'and not the questions after the count')
})
