import t from 'tap'
import { isProblem, openDoor, WARMED } from './open-door.js'

t.test('a request starts warming and is answered with its progress at once', async (t) => {
  let runs = 0
  const warming = {
    run: () => {
      runs++
      return new Promise<void>(() => undefined)
    },
    progress: () => ({ ...WARMED, state: 'running' as const })
  }
  const { call } = await openDoor(t, { warming })
  const answer = await call('POST', '/v1/warm')
  t.equal(answer.status, 202)
  t.strictSame(answer.json(), { ...WARMED, state: 'running' })
  t.equal(runs, 1)
})

t.test('the progress can be asked for', async (t) => {
  const { call } = await openDoor(t)
  const answer = await call('GET', '/v1/warm')
  t.equal(answer.status, 200)
  t.strictSame(answer.json(), WARMED)
})

t.test('a parameter or a body is refused', async (t) => {
  const { call } = await openDoor(t)
  isProblem(t, await call('POST', '/v1/warm?force=1'), 400)
  isProblem(t, await call('POST', '/v1/warm', { json: { paths: [] } }), 400, 'body')
})
