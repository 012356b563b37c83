import t from 'tap'
import { Agent, request } from 'undici'
import { eventually } from '../../support/eventually.js'
import { openSampleProxy } from './open-proxy.js'

t.test('1,000 concurrent cold reads of one key: one origin request, 1,000 equal answers', async (t) => {
  const { url, origin, reads: looked } = await openSampleProxy(t)
  const path = '/api/v1/users/staffprofiles'
  let open = (): void => undefined
  const gate = new Promise<void>((resolve) => (open = resolve))
  origin.latency = () => gate
  const dispatcher = new Agent({ connections: 1000 })
  t.teardown(() => dispatcher.destroy())
  const reads = Array.from({ length: 1000 }, async () => {
    const { headers, body } = await request(url + path, { dispatcher })
    return { status: String(headers['cache-status']), text: await body.text() }
  })
  await eventually(() => looked() === 1000, { timeoutMs: 30_000 })
  open()
  const answers = await Promise.all(reads)
  t.equal(origin.requests(path), 1)
  t.equal(new Set(answers.map(({ text }) => text)).size, 1)
  t.match(answers[0]?.text, /^\{"profiles"|^\{"/)
  const counts = new Map<string, number>()
  for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1)
  t.equal(counts.get('spms; fwd=uri-miss; stored'), 1)
  t.equal(counts.get('spms; fwd=uri-miss; collapsed'), 999)
})
