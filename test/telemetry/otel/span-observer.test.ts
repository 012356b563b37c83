import { ROOT_CONTEXT } from '@opentelemetry/api'
import t from 'tap'
import type { Answered } from '../../../src/cache/observer.js'
import { FollowedRequest, FollowedRequests } from '../../../src/telemetry/otel/followed-request.js'
import { createSpanObserver } from '../../../src/telemetry/otel/span-observer.js'

const ANSWERED: Answered = {
  resource: 'thing',
  route: '/things/{id}',
  key: 'thing:1',
  outcome: 'miss',
  status: 200,
  durationMs: 1,
  requestId: undefined,
  traceparent: undefined
}

t.test('an answer names its request, and not the one that has begun the warming it belongs to', async (t) => {
  const requests = new FollowedRequests()
  const observer = createSpanObserver(requests)
  for (const [named, route] of [
    [undefined, '/things/{id}'],
    ['/v1/warm', '/v1/warm']
  ] as const) {
    const request = new FollowedRequest(ROOT_CONTEXT, undefined)
    request.route = named
    requests.run(request, () => observer.answered?.(ANSWERED))
    t.equal(request.route, route)
  }
})
