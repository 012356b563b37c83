import t from 'tap'
import { startOrigin, valueIn } from './start-origin.js'

t.test('every write changes what later reads say', async (t) => {
  const { origin, call } = await startOrigin(t)
  const headers = origin.signIn(1)
  const read = async (path: string) => (await call('GET', `/api/v1/${path}`, { headers })).text()
  /** The write answers with the status, and the reads are other afterwards. */
  const changes = async (status: number, write: string, json: unknown, ...reads: readonly string[]) => {
    const before = await Promise.all(reads.map(read))
    const [method = '', path = ''] = write.split(' ')
    const answer = await call(method, `/api/v1/${path}`, { headers, json })
    t.equal(answer.status, status, write)
    const after = await Promise.all(reads.map(read))
    reads.forEach((each, at) => t.not(after[at], before[at], `${write} changes ${each}`))
  }
  const outsider = { project: 1, user: 40 }
  await changes(
    201,
    'POST projects/project_members',
    outsider,
    'users/40/projects',
    'projects/1',
    'projects/1/team'
  )
  await changes(
    202,
    'PUT projects/project_members/1/40',
    { role: 'student' },
    'users/40/projects',
    'projects/1'
  )
  await changes(
    202,
    'POST projects/promote',
    { project_id: 1, user_id: 40 },
    'projects/project_members/1/leader'
  )
  await changes(204, 'DELETE projects/project_members/1/40', {}, 'users/40/projects', 'projects/1')

  const lead = { title: 'A new one', kind: 'science', year: 2026, projectLead: 1 }
  await changes(201, 'POST projects/list', lead, 'projects/mine', 'projects/list?page=6', 'users/1/projects')
  await changes(
    202,
    'PUT projects/121',
    { title: 'Put' },
    'projects/mine',
    'projects/121',
    'users/1/projects'
  )
  await changes(202, 'PATCH projects/121', { title: 'Patched' }, 'projects/mine', 'projects/121')
  await changes(202, 'POST projects/121/suspend', {}, 'projects/mine', 'projects/121')
  await changes(202, 'POST projects/121/toggle_user_profile_visibility', {}, 'users/1/projects_staff_profile')
  await changes(201, 'POST documents/conceptplans', { project: 121 }, 'projects/121')
  await changes(204, 'DELETE projects/121', {}, 'projects/mine', 'users/1/projects', 'projects/list?page=6')

  await changes(201, 'POST agencies/branches', { name: 'Zebra' }, 'agencies/branches')
  const branch = origin.database.works.get(2005)?.branch ?? 0
  await changes(202, `PUT agencies/branches/${branch}`, { name: 'Yak' }, 'agencies/branches', 'users/5')
  await changes(204, `DELETE agencies/branches/${branch}`, {}, 'agencies/branches', 'users/5')
  const area = origin.database.works.get(2005)?.business_area ?? 0
  await changes(
    202,
    `PUT agencies/business_areas/${area}`,
    { name: 'Other' },
    'users/5',
    'users/staffprofiles'
  )

  const profile = origin.database.staffProfiles.find((row) => row.user === 5)?.id ?? 0
  const staffProfile = `users/staffprofiles/${profile}`
  await changes(202, 'PUT users/5', { display_first_name: 'Eve' }, 'users/5', staffProfile, 'projects/4')
  await changes(202, 'PUT users/5/pi', { title: 'sir' }, 'users/5', 'users/profiles/1005')
  await changes(202, 'PUT users/5/profile', { about: 'about me' }, 'users/5', staffProfile)
  await changes(202, 'PUT users/5/membership', { role: 'Boss' }, 'users/5', `${staffProfile}/hero`)
  await changes(202, 'PUT users/work/2005', { role: 'Clerk' }, 'users/5', `${staffProfile}/hero`)
  await changes(204, 'POST users/5/remove_avatar', {}, 'users/5', staffProfile)
  await changes(200, 'POST users/5/admin', {}, 'users/5')
  await changes(202, `PUT ${staffProfile}`, { expertise: 'all' }, staffProfile, `${staffProfile}/overview`)
  await changes(200, `POST ${staffProfile}/toggle_visibility`, {}, staffProfile)
  await changes(201, 'POST users/list', { email: 'new@sample.test' }, 'users/list?page=3')
  await changes(204, 'DELETE users/5', {}, 'users/list', 'users/5/projects')
})

t.test('a deactivated user is no longer signed in', async (t) => {
  const { origin, call } = await startOrigin(t)
  const headers = origin.signIn(5)
  t.equal((await call('GET', '/api/v1/users/me', { headers })).status, 200)
  t.equal((await call('POST', '/api/v1/users/5/toggleactive', { headers: origin.signIn(1) })).status, 200)
  t.equal((await call('GET', '/api/v1/users/me', { headers })).status, 403)
})

t.test('versions and snapshots grow with every write, so that answers can be ordered', async (t) => {
  const { origin, call } = await startOrigin(t)
  const headers = origin.signIn(1)
  const read = async () => {
    const answer = await call('GET', '/api/v1/agencies/branches/1', { headers })
    return { version: valueIn(answer, 'version'), snapshot: Number(answer.headers['x-sample-snapshot']) }
  }
  const before = await read()
  const written = await call('PUT', '/api/v1/agencies/branches/1', { headers, json: { name: 'Yak' } })
  const after = await read()
  t.equal(after.snapshot, before.snapshot + 1)
  t.equal(after.version, after.snapshot)
  t.equal(Number(written.headers['x-sample-snapshot']), after.snapshot)
})

t.test('forms are read as well as JSON, and the admin page redirects', async (t) => {
  const { origin, call } = await startOrigin(t)
  const signedIn = origin.signIn(1)
  const form = { ...signedIn, 'content-type': 'application/x-www-form-urlencoded' }
  const admin = await call('POST', '/admin/agencies/branch/1/change/', {
    headers: form,
    body: 'name=Emu+Branch'
  })
  t.equal(admin.status, 302)
  t.equal(admin.headers['location'], '/admin/agencies/branch/')
  t.equal(origin.database.branches.get(1)?.name, 'Emu Branch')

  const headers = { ...signedIn, 'content-type': 'multipart/form-data; boundary=cut' }
  const file = 'Content-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\nbytes\r\n'
  const text = 'Content-Disposition: form-data; name="title"\r\n\r\nBy form\r\n'
  const body = `--cut\r\n${file}--cut\r\n${text}--cut--\r\n`
  t.equal((await call('PUT', '/api/v1/projects/1', { headers, body })).status, 202)
  t.equal(origin.database.projects.get(1)?.title, 'By form')
})

t.test('a write that is not possible says why and changes nothing', async (t) => {
  const { origin, call } = await startOrigin(t)
  const headers = origin.signIn(1)
  const { tick } = origin.database.clock
  const [member] = origin.database.members.all()
  const status = async (method: string, path: string, json: unknown) =>
    (await call(method, `/api/v1/${path}`, { headers, json })).status
  t.equal(await status('POST', 'projects/list', { title: 'No lead' }), 400)
  t.equal(await status('POST', 'projects/project_members', { project: 1 }), 400)
  t.equal(
    await status('POST', 'projects/project_members', { project: member?.project, user: member?.user }),
    400
  )
  t.equal(await status('POST', 'projects/promote', {}), 400)
  t.equal(await status('POST', 'agencies/branches', {}), 400)
  t.equal(await status('PUT', 'projects/9999', {}), 404)
  t.equal(await status('DELETE', 'agencies/branches/9999', {}), 404)
  t.equal(origin.database.clock.tick, tick)
})
