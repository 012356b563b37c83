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
    t.strictSame(route(path), matched === undefined ? undefined : { value: matched, parameters })
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
