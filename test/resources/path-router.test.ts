import t from 'tap'
import { createRouter, shapeOf } from '../../src/resources/path-router.js'

const route = createRouter(
  [
    '/users/me',
    '/users/{id}',
    '/users/{id}/projects',
    '/users/profiles/{profile}',
    '/members/{project}/{member}',
    '/users'
  ].map((path) => ({ path, row: { value: path } }))
)

const cases: readonly [path: string, matched: string | undefined, parameters?: Record<string, string>][] = [
  ['/users', '/users', {}],
  ['/users/me', '/users/me', {}],
  ['/users/5', '/users/{id}', { id: '5' }],
  ['/users/0', '/users/{id}', { id: '0' }],
  ['/users/123456789012345678', '/users/{id}', { id: '123456789012345678' }],
  ['/users/5/projects', '/users/{id}/projects', { id: '5' }],
  ['/users/profiles/7', '/users/profiles/{profile}', { profile: '7' }],
  ['/members/42/7', '/members/{project}/{member}', { project: '42', member: '7' }],
  ['/users/1234567890123456789', undefined],
  ['/users/05', undefined],
  ['/users/00', undefined],
  ['/users/+5', undefined],
  ['/users/-5', undefined],
  ['/users/5.0', undefined],
  ['/users/ 5', undefined],
  ['/users/5\n', undefined],
  ['/users/٥', undefined],
  ['/users/list', undefined],
  ['/users/', undefined],
  ['/users/5/', undefined],
  ['/users//5', undefined],
  ['//users/5', undefined],
  ['/Users/5', undefined],
  ['/users/{id}', undefined],
  ['/users/5/projects/6', undefined],
  ['/members/42', undefined],
  ['/usersx', undefined],
  ['users/5', undefined],
  ['/', undefined],
  ['', undefined]
]

for (const [path, matched, parameters] of cases) {
  t.test(`${JSON.stringify(path)} matches ${matched ?? 'no route'}`, (t) => {
    t.strictSame(
      route(path),
      matched === undefined ? undefined : { value: matched, parameters, pathSuffix: '' }
    )
    t.end()
  })
}

t.test('names from the prototype of objects are plain segments', (t) => {
  t.equal(route('/__proto__'), undefined)
  t.equal(route('/users/constructor'), undefined)
  t.end()
})

t.test('paths that differ in placeholder names only have one shape', (t) => {
  t.equal(shapeOf('/users/{id}/projects'), shapeOf('/users/{user}/projects'))
  t.not(shapeOf('/users/{id}'), shapeOf('/users/me'))
  t.end()
})

const files = createRouter(
  ['/files/**', '/files/{id}', '/files/list/new', '/{shelf}/**'].map((path) => ({
    path,
    row: { value: path }
  })),
  decodeURIComponent
)

t.test('the rest of a path is what no other route takes', async (t) => {
  const valueAt = (path: string) => files(path)?.value
  t.equal(valueAt('/files/a'), '/files/**')
  t.equal(valueAt('/files/a/b.html'), '/files/**')
  t.equal(valueAt('/files/5'), '/files/{id}')
  t.equal(valueAt('/files/5/a'), '/files/**')
  t.equal(valueAt('/files/list'), '/files/**')
  t.equal(valueAt('/files/list/new'), '/files/list/new')
  t.equal(valueAt('/files/list/new/5'), '/files/**')
  t.equal(valueAt('/7/a'), '/{shelf}/**')
  t.equal(valueAt('/files'), undefined)
  t.equal(valueAt('/'), undefined)
})

t.test('a rest of a path that origins read as another one matches nothing', async (t) => {
  for (const rest of [
    '',
    '/',
    '.',
    '..',
    'a/../b',
    'a/./b',
    'a//b',
    '/a',
    'a/..',
    'a/%2e%2e/b',
    'a/..%2fb',
    'a//'
  ]) {
    t.equal(files(`/files/${rest}`), undefined, rest)
  }
})

t.test('spellings of one rest have one parameter, and tell themselves apart beside it', async (t) => {
  const [plain, ...others] = ['a/b', 'a/b/', '%61/b', 'a%2fb'].map((rest) => files(`/files/${rest}`))
  t.equal(plain?.pathSuffix, '')
  for (const other of others) t.strictSame(other?.parameters, plain?.parameters)
  const suffixes = others.map((other) => other?.pathSuffix)
  t.equal(new Set([...suffixes, '']).size, 4)
  t.strictSame(files('/7/a')?.parameters, { shelf: '7', rest: files('/files/a')?.parameters['rest'] })
})
