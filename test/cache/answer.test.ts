import t from 'tap'
import { failure, relayed } from '../../src/cache/answer.js'
import { OriginError } from '../../src/cache/errors.js'
import { originAnswer } from './fixtures.js'

t.test('an answer of the origin keeps its status; none has that of a gateway', async (t) => {
  t.match(relayed(originAnswer({ status: 418 }), 'bypass', 'spms; x'), {
    kind: 'relay',
    status: 418,
    outcome: 'bypass'
  })
  const error = new OriginError('timeout')
  t.match(failure(error, 'spms; x'), {
    kind: 'failure',
    status: 504,
    outcome: 'failed',
    cacheStatus: 'spms; x',
    error
  })
})
