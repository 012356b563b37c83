import t, { type Test } from 'tap'
import { get, http, type HttpAnswer } from '../support/http.js'
import { cookiesOf, isHit, logIn, sendLogIn, sidecarFor, startBackend } from './backend.js'

const DIRECTORY = '/api/v1/users/staffprofiles'
const ME = '/api/v1/users/me'

const namesIn = (answer: HttpAnswer): readonly string[] =>
  (answer.json() as { profiles: readonly { name: string }[] }).profiles.map(({ name }) => name)

const start = async (t: Test) => {
  const origin = await startBackend(t)
  const { proxy } = await sidecarFor(t, origin)
  const { sessionid } = await logIn(origin, 'bob')
  const bob = { cookie: `sessionid=${sessionid}` }
  const read = (): Promise<readonly HttpAnswer[]> =>
    Promise.all([get(proxy + DIRECTORY), get(proxy + ME, { headers: bob })])
  await read()
  t.ok((await read()).every(isHit), 'the directory and the profile of another caller are warm')
  return { origin, proxy, read }
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

void t.test('who is not let in leaves all entries alone', async (t) => {
  const { proxy, read } = await start(t)
  const refused = await sendLogIn(proxy, 'ann', 'wrong')
  t.equal(refused.status, 200, 'a wrong password is answered with the form again')
  t.ok((await read()).every(isHit))

  const { csrftoken = '' } = cookiesOf(await get(`${proxy}/admin/login/`))
  const paths = [
    ...[
      '/admin/',
      '/admin/auth/user/add/',
      '/admin/auth/user/1/delete/',
      '/admin/auth/group/',
      '/admin/nothing'
    ],
    ...[
      '/admin/login/',
      '/admin/logout/',
      '/admin/password_change/',
      '/admin//login/',
      '/admin',
      '/admin/auth/user/add'
    ]
  ]
  const statuses = new Map<string, number>()
  for (const session of ['', '; sessionid=made-up', '; sessionid=""']) {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      for (const path of paths) {
        const headers = { ...FORM, cookie: `csrftoken=${csrftoken}${session}`, 'x-csrftoken': csrftoken }
        const answer = await http(proxy + path, { method, headers, body: 'username=eve&_selected_action=1' })
        statuses.set(`${method} ${path}${session}`, answer.status)
        if (!(await read()).every(isHit)) t.fail(`${method} ${path}${session}: ${answer.status}`)
      }
    }
  }
  // The form again, a slash that was missing, the log-in, and a method that the form does not have.
  t.strictSame([...new Set(statuses.values())].sort(), [200, 301, 302, 405])
})

void t.test(
  'a log-in by password leaves the entries of others alone; an administrator who saves ends everything',
  async (t) => {
    const { proxy, read } = await start(t)
    const answer = await sendLogIn(proxy, 'ann', 'ann')
    t.equal(answer.status, 302)
    const [directory, bob] = await read()
    t.ok(directory && isHit(directory), 'a log-in by password makes nobody')
    t.ok(bob && isHit(bob), 'the profile of another caller stays')

    const { sessionid = '', csrftoken = '' } = cookiesOf(answer)
    await read()
    t.ok((await read()).every(isHit))
    const saved = await http(`${proxy}/admin/auth/user/add/`, {
      method: 'POST',
      headers: {
        ...FORM,
        cookie: `sessionid=${sessionid}; csrftoken=${csrftoken}`,
        'x-csrftoken': csrftoken
      },
      body: 'username=carol&usable_password=true&password1=xK29dkq_1&password2=xK29dkq_1&_save=Save'
    })
    t.match(saved.headers['location'], /^\/admin\/auth\/user\/\d+\/change\/$/)
    const after = await read()
    t.notOk(after.some(isHit), 'nothing is left')
    t.ok(after[0] && namesIn(after[0]).includes('carol'))
  }
)

void t.test('the first request of a new single-sign-on user, a GET, makes the directory fresh', async (t) => {
  const { origin, proxy, read } = await start(t)
  for (const [name, path] of [
    ['dora', ME],
    ['erik', '/health/'],
    ['fred', DIRECTORY],
    ['gina', '/api/v1/projects/1']
  ] as const) {
    const first = await get(proxy + path, { headers: { 'remote-user': name } })
    t.equal(first.status, 200)
    const after = await get(proxy + DIRECTORY)
    const isThere = namesIn(await get(origin + DIRECTORY)).includes(name)
    t.equal(namesIn(after).includes(name), isThere, `${name} by GET ${path}`)
    await read()
    t.ok((await read()).every(isHit))
  }
})
