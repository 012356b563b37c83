import t from 'tap'
import { isProblem, openDoor, type OpenDoor } from './open-door.js'

interface Page {
  readonly keys: readonly string[]
  readonly cursor: string | null
}

const list = async (call: OpenDoor['call'], query: string): Promise<Page> => {
  const answer = await call('GET', `/v1/entries${query}`)
  if (answer.status !== 200) throw new Error(answer.text())
  return answer.json() as Page
}

t.test('keys are listed a page at a time, without the prefix', async (t) => {
  const { call } = await openDoor(t)
  t.same(await list(call, ''), { keys: [], cursor: null })
  for (const key of ['spms:user:1', 'user:2', 'user:3', 'other']) await call('PUT', `/v1/entries/${key}`)
  t.same(await list(call, ''), { keys: ['other', 'user:1', 'user:2', 'user:3'], cursor: null })
  t.same(await list(call, '?pattern=spms:user:*'), { keys: ['user:1', 'user:2', 'user:3'], cursor: null })
  const first = await list(call, '?pattern=user:*&count=2')
  t.match(first, { keys: ['user:1', 'user:2'], cursor: String })
  const second = await list(call, `?pattern=user:*&count=2&cursor=${first.cursor}`)
  t.same(second, { keys: ['user:3'], cursor: null })
})

t.test('what is asked for wrongly is named', async (t) => {
  const { call } = await openDoor(t)
  for (const [query, field] of [
    ['pattern=', 'pattern'],
    ['pattern=@*', 'pattern'],
    [`pattern=${'*'.repeat(9)}`, 'pattern'],
    ['pattern=a&pattern=b', 'pattern'],
    ['cursor=', 'cursor'],
    ['cursor=a.b', 'cursor'],
    ['count=0', 'count'],
    ['count=1001', 'count'],
    ['count=x', 'count'],
    ['limit=1', 'limit']
  ] as const)
    isProblem(t, await call('GET', `/v1/entries?${query}`), 400, field, query)
})

t.test('a cursor that the store has not given is bad input', async (t) => {
  const { call } = await openDoor(t, {}, (store) => ({ ...store, list: async () => undefined }))
  isProblem(t, await call('GET', '/v1/entries?cursor=abc'), 400, 'cursor')
})
