import { fastify } from 'fastify'
import t, { type Test } from 'tap'
import { OriginError, StoreUnavailableError } from '../../src/cache/errors.js'
import { ProblemError } from '../../src/doors/problem.js'
import { answerWithProblems, toProblem } from '../../src/doors/to-problem.js'
import { http } from '../support/http.js'

const listen = async (t: Test, fail: () => unknown): Promise<string> => {
  const app = fastify()
  answerWithProblems(app)
  app.get('/', fail)
  t.teardown(() => app.close())
  return app.listen({ host: '127.0.0.1', port: 0 })
}

t.test('an error of a handler is answered as its problem', async (t) => {
  const url = await listen(t, () => {
    throw new ProblemError(409, 'It is taken.', {
      errors: [{ field: 'name', detail: 'is taken' }],
      headers: { 'retry-after': '7' }
    })
  })
  const answer = await http(url)
  t.equal(answer.status, 409)
  t.match(answer.headers, { 'content-type': /^application\/problem\+json$/, 'retry-after': '7' })
  t.strictSame(answer.json(), {
    type: 'about:blank',
    title: 'Conflict',
    status: 409,
    detail: 'It is taken.',
    errors: [{ field: 'name', detail: 'is taken' }]
  })
})

t.test('an unexpected error is 500 and tells nothing of itself', async (t) => {
  const url = await listen(t, () => Promise.reject(new TypeError('secret')))
  const answer = await http(url)
  t.equal(answer.status, 500)
  t.notMatch(answer.text(), /secret/)
  t.match(answer.json(), { status: 500, title: 'Internal Server Error' })
})

t.test('the failures of store and origin have their status', (t) => {
  const statusOf = (error: unknown) => {
    const { status, headers } = toProblem(error)
    return [status, headers['retry-after']]
  }
  t.same(statusOf(new StoreUnavailableError('down')), [503, '1'])
  t.same(statusOf(new OriginError('unreachable')), [502, undefined])
  t.same(statusOf(new OriginError('timeout')), [504, undefined])
  t.same(statusOf(new OriginError('overloaded')), [503, '1'])
  t.same(statusOf('thrown'), [500, undefined])
  const cause = new StoreUnavailableError('down')
  t.equal(toProblem(cause).cause, cause)
  t.end()
})
