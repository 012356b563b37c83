import t from 'tap'
import { createOrigin } from '../../demo/origin/origin.js'
import { startOrigin, valueIn } from './start-origin.js'

t.test('the reads of the API have their shapes', async (t) => {
  const { origin, call } = await startOrigin(t)
  const user = origin.signIn(5)
  const shapes: readonly (readonly [string, readonly string[]])[] = [
    [
      'users/me',
      ['id', 'is_superuser', 'branch', 'business_area', 'caretakers', 'staff_profile_id', 'agency']
    ],
    ['users/5', ['id', 'image', 'role', 'branch', 'business_area']],
    ['users/list', ['users', 'total_results', 'total_pages']],
    ['users/profiles/1005', ['id', 'user', 'work', 'avatar', 'title']],
    ['users/mypublicprofile', ['id', 'user', 'about', 'is_hidden']],
    ['users/staffprofiles', ['profiles', 'total_results', 'total_pages']],
    ['users/staffprofiles/3004', ['id', 'user', 'keywords', 'employment_entries', 'education_entries']],
    ['users/staffprofiles/3004/hero', ['id', 'user', 'avatar', 'work', 'about']],
    ['users/staffprofiles/3004/overview', ['id', 'expertise', 'keywords']],
    ['users/staffprofiles/3004/cv', ['id', 'employment_entries', 'education_entries']],
    ['projects/list', ['projects', 'total_results', 'total_pages']],
    ['projects/5', ['project', 'details', 'documents', 'members']],
    ['agencies/branches?searchTerm=r', ['branches', 'total_results', 'total_pages']],
    ['agencies/branches/3', ['id', 'name', 'agency', 'manager']]
  ]
  for (const [path, fields] of shapes) {
    const answer = await call('GET', `/api/v1/${path}`, { headers: user })
    t.equal(answer.status, 200, path)
    for (const field of fields) t.not(valueIn(answer, field), undefined, `${path} has ${field}`)
  }
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['projects/mine', ['id', 'title', 'status', 'kind', 'year', 'number', 'business_area', 'image']],
    ['users/5/projects', ['id', 'title', 'role', 'tag', 'image', 'description', 'start_date', 'end_date']],
    ['users/5/projects_staff_profile', ['id', 'title', 'role', 'tag']],
    ['agencies/branches', ['id', 'name', 'agency', 'manager']]
  ]
  for (const [path, fields] of rows) {
    const answer = await call('GET', `/api/v1/${path}`, { headers: user })
    t.ok(Array.isArray(answer.json()), `${path} is a bare array`)
    for (const field of fields) t.not(valueIn(answer, 0, field), undefined, `${path} has ${field}`)
  }
})

t.test('the same seed gives the same data, another seed gives other data', (t) => {
  const titlesOf = (seed: number) =>
    createOrigin({ seed })
      .database.projects.all()
      .map(({ title }) => title)
  t.same(titlesOf(7), titlesOf(7))
  t.notSame(titlesOf(7), titlesOf(8))
  t.end()
})

t.test('answers carry Vary and neither Cache-Control nor ETag', async (t) => {
  const { origin, call } = await startOrigin(t)
  const answer = await call('GET', '/api/v1/users/me', { headers: origin.signIn(5) })
  t.equal(answer.headers['vary'], 'Accept, Cookie, origin')
  t.equal(answer.headers['cache-control'], undefined)
  t.equal(answer.headers['etag'], undefined)
})

t.test('a trailing slash is a 404 everywhere but at /health/', async (t) => {
  const { origin, call } = await startOrigin(t)
  const headers = origin.signIn(5)
  t.equal((await call('GET', '/api/v1/projects/list/', { headers })).status, 404)
  t.equal((await call('GET', '/api/v1/users/me/', { headers })).status, 404)
  t.equal((await call('GET', '/health')).status, 404)
  t.same((await call('GET', '/health/')).json(), { status: 'ok' })
})

t.test('Accept: text/html gets the page in place of JSON', async (t) => {
  const { call } = await startOrigin(t)
  const answer = await call('GET', '/api/v1/users/staffprofiles', {
    headers: { accept: 'text/html,*/*;q=0.8' }
  })
  t.match(answer.headers['content-type'], /^text\/html/)
  t.match(answer.text(), /^<!doctype html>/)
})

t.test('lists are paged, cut to 1–100 a page, and searched', async (t) => {
  const { origin, call } = await startOrigin(t)
  const headers = origin.signIn(5)
  const get = (query: string) => call('GET', `/api/v1/projects/list${query}`, { headers })
  const second = await get('?page=2')
  t.match(second.json(), { total_results: 120, total_pages: 5 })
  t.equal(valueIn(second, 'projects', 0, 'id'), 25)
  const shown = async (query: string) => {
    const projects = valueIn(await get(query), 'projects')
    return Array.isArray(projects) ? projects.length : undefined
  }
  t.equal(await shown('?page=2'), 24)
  t.equal(await shown('?page_size=50'), 50)
  t.equal(await shown('?page_size=500'), 24)
  const title = origin.database.projects.get(1)?.title ?? ''
  const hits = await get(`?searchTerm=${encodeURIComponent(title.toUpperCase())}`)
  t.match(hits.json(), { projects: [{ id: 1 }], total_results: 1 })
})

t.test('image addresses are absolute and made from Host in three lists only', async (t) => {
  const { origin, call } = await startOrigin(t)
  origin.database.projects
    .all()
    .forEach((row) => origin.database.projects.update(row, { image: '/files/p.jpg' }))
  const headers = { ...origin.signIn(5), host: 'spms.sample.test' }
  for (const path of ['projects/list', 'users/5/projects', 'users/5/projects_staff_profile']) {
    t.match(
      (await call('GET', `/api/v1/${path}`, { headers })).text(),
      '"http://spms.sample.test/files/p.jpg"'
    )
  }
  t.match((await call('GET', '/api/v1/projects/mine', { headers })).text(), '"file":"/files/p.jpg"')
})

t.test('a Host that is not allowed gets 400', async (t) => {
  const { call } = await startOrigin(t, { allowedHosts: ['spms.sample.test'] })
  const answer = await call('GET', '/health/', { headers: { host: 'other.sample.test' } })
  t.equal(answer.status, 400)
  t.equal((await call('GET', '/health/', { headers: { host: 'spms.sample.test:8080' } })).status, 200)
})

t.test('files are streamed both ways and projects are exported as CSV to staff only', async (t) => {
  const { origin, call } = await startOrigin(t)
  const file = (await call('GET', '/files/reports/40000.bin')).body
  t.equal(file.length, 40000)
  t.equal(file[20000], 20000 % 251)
  t.equal((await call('GET', '/files/none.bin')).status, 404)

  const upload = await call('POST', '/api/v1/medias/upload', { headers: origin.signIn(5), body: file })
  t.match(upload.json(), { bytes: 40000, sha256: /^[0-9a-f]{64}$/ })
  t.equal((await call('POST', '/api/v1/medias/upload', { body: file })).status, 403)

  const csv = await call('GET', '/api/v1/projects/download', { headers: origin.signIn(5) })
  t.equal(csv.headers['content-type'], 'text/csv')
  t.equal(csv.text().trim().split('\r\n').length, 121)
  t.equal((await call('GET', '/api/v1/projects/download', { headers: origin.signIn(10) })).status, 403)
})
