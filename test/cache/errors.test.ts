import t from 'tap'
import { OriginError, StoreUnavailableError } from '../../src/cache/errors.js'

t.test('an origin that does not answer has the status and the words of a gateway', async (t) => {
  t.equal(new OriginError('unreachable').status, 502)
  t.equal(new OriginError('timeout').status, 504)
  t.equal(new OriginError('overloaded').status, 503)
  const cause = new Error('ECONNRESET 10.0.0.1')
  const error = new OriginError('unreachable', { cause })
  t.equal(error.cause, cause)
  t.notMatch(error.message, '10.0.0.1', 'callers are not told of addresses')
})

t.test('errors are told apart by class and by name', async (t) => {
  const error: Error = new StoreUnavailableError('down')
  t.notOk(error instanceof OriginError)
  t.match(error, { name: 'StoreUnavailableError', message: 'down' })
})
