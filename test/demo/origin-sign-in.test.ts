import t from 'tap'
import { startOrigin, valueIn } from './start-origin.js'

const SIGN_ON = {
  'remote-user': 'zoe',
  'x-first-name': 'Zoe',
  'x-last-name': 'Zander',
  'x-email': 'zoe@sample.test'
}

t.test(
  'single sign-on overrides the session when all four headers are there, and enrols new people',
  async (t) => {
    const { origin, call } = await startOrigin(t)
    const session = origin.signIn(5)
    const me = async (headers: Record<string, string>) =>
      valueIn(await call('GET', '/api/v1/users/me', { headers }), 'id')
    t.equal(await me(session), 5)
    const zoe = await me({ ...session, ...SIGN_ON })
    t.equal(zoe, 61)
    t.equal(await me(SIGN_ON), zoe)
    t.equal(await me({ ...session, ...SIGN_ON, 'x-email': '' }), 5, 'three of four are not enough')
  }
)

t.test('who is not signed in gets 403 but for the public directory', async (t) => {
  const { call } = await startOrigin(t)
  for (const path of ['users/me', 'users/5', 'projects/mine', 'agencies/branches', 'projects/download']) {
    const answer = await call('GET', `/api/v1/${path}`)
    t.equal(answer.status, 403, path)
    t.type(valueIn(answer, 'detail'), 'string')
  }
  for (const path of ['users/5/projects', 'users/staffprofiles', 'users/5/projects_staff_profile']) {
    t.equal((await call('GET', `/api/v1/${path}`)).status, 200, path)
  }
})

t.test('log-in opens a session, log-out closes it, a new password closes all of the user', async (t) => {
  const { origin, call } = await startOrigin(t)
  const username = origin.database.users.get(5)?.username
  const logIn = (password: string) => call('POST', '/api/v1/users/log-in', { json: { username, password } })
  t.match((await logIn('wrong')).json(), { error: 'Incorrect password' })
  const cookies = [(await logIn('sample')).headers['set-cookie'] ?? []]
    .flat()
    .map((line) => line.replace(/;.*/, ''))
  const cookie = cookies.join('; ')
  const headers = { cookie, 'x-csrftoken': /spmscsrf=(\w+)/.exec(cookie)?.[1] ?? '' }
  const other = origin.signIn(5)
  t.equal((await call('GET', '/api/v1/users/me', { headers })).status, 200)

  const out = await call('POST', '/api/v1/users/log-out', { headers })
  t.match(out.headers['set-cookie'], /^sessionid="".*Max-Age=0/)
  t.equal((await call('GET', '/api/v1/users/me', { headers })).status, 403)

  const json = { old_password: 'sample', new_password: 'other' }
  t.equal((await call('PUT', '/api/v1/users/change-password', { headers: other, json })).status, 200)
  t.equal((await call('GET', '/api/v1/users/me', { headers: other })).status, 403)
})

t.test('a write by session needs the CSRF token, unless the check is off', async (t) => {
  const { origin, call } = await startOrigin(t)
  const { cookie } = origin.signIn(5)
  const json = { title: 'renamed' }
  t.equal((await call('PUT', '/api/v1/projects/1', { headers: { cookie }, json })).status, 403)
  const wrong = { cookie, 'x-csrftoken': 'wrong' }
  t.equal((await call('PUT', '/api/v1/projects/1', { headers: wrong, json })).status, 403)
  t.not(origin.database.projects.get(1)?.title, 'renamed')
  t.equal((await call('PUT', '/api/v1/projects/1', { headers: origin.signIn(5), json })).status, 202)
  t.equal((await call('PUT', '/api/v1/projects/2', { headers: SIGN_ON, json })).status, 202)

  const lenient = await startOrigin(t, { isCsrfChecked: false })
  const headers = { cookie: lenient.origin.signIn(5).cookie }
  t.equal((await lenient.call('PUT', '/api/v1/projects/1', { headers, json })).status, 202)
})
