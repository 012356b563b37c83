import t from 'tap'
import * as status from '../../src/http/cache-status.js'

t.test('Cache-Status has exactly these forms', async (t) => {
  t.equal(status.hitStatus(287), 'spms; hit; ttl=287')
  t.equal(status.hitStatus(-12), 'spms; hit; ttl=-12')
  t.equal(status.storedStatus(status.MISS), 'spms; fwd=uri-miss; stored')
  t.equal(status.collapsedStatus(status.MISS), 'spms; fwd=uri-miss; collapsed')
  t.equal(status.storedStatus(status.STALE), 'spms; fwd=stale; stored')
  t.equal(status.UNPROVEN, 'spms; fwd=request; detail=unproven')
  t.equal(status.STORE_UNAVAILABLE, 'spms; fwd=uri-miss; detail=store-unavailable')
  t.equal(status.METHOD, 'spms; fwd=method')
  t.equal(status.pendingStatus(status.METHOD), 'spms; fwd=method; detail=invalidation-pending')
  t.equal(status.pendingStatus(status.UNPROVEN), 'spms; fwd=request; detail=invalidation-pending')
  const reasons = ['search', 'query', 'no-resource', 'no-identity', 'range', 'html', 'disabled'] as const
  for (const reason of reasons) t.equal(status.bypassStatus(reason), `spms; fwd=bypass; detail=${reason}`)
})
