import type { Observer } from '../../cache/observer.js'
import type { FollowedRequest, FollowedRequests } from './followed-request.js'

/** Writes into the span of a request what the cache tells while it is answered; its route also where nothing is recorded. */
export const createSpanObserver = (requests: FollowedRequests): Partial<Observer> => {
  const recorded = (): FollowedRequest['span'] => {
    const span = requests.current?.span
    return span?.isRecording() === true ? span : undefined
  }
  return {
    answered: ({ outcome, resource, route }) => {
      const { current } = requests
      // A door has named it: what is answered is a read of the warming that this request has begun.
      if (current === undefined || current.route !== undefined) return
      current.route = route
      if (current.isSampled)
        current.span?.setAttributes({ 'cache.outcome': outcome, 'cache.resource': resource })
    },
    unstored: ({ reason }) => recorded()?.setAttribute('cache.unstored', reason),
    invalidated: ({ kinds, outcome, removed, source }) =>
      recorded()?.addEvent('cache.invalidated', {
        'cache.invalidation.kinds': [...new Set(kinds)],
        'cache.invalidation.outcome': outcome,
        'cache.invalidation.removed': removed,
        'cache.invalidation.source': source
      }),
    invalidationsFolded: ({ cause, count }) =>
      recorded()?.addEvent('cache.invalidations_folded', {
        'cache.invalidation.cause': cause,
        'cache.invalidation.count': count
      }),
    originBrokeOff: ({ receivedBytes }) =>
      recorded()?.addEvent('cache.origin_broke_off', { 'cache.received_bytes': receivedBytes }),
    epochBegan: ({ reason }) => recorded()?.addEvent('cache.epoch_began', { 'cache.epoch.reason': reason })
  }
}
