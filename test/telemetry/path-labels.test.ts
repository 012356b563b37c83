import t from 'tap'
import { createPathLabels } from '../../src/telemetry/path-labels.js'

t.test('a path is named without its ids, its query and its depth', async (t) => {
  const labelOf = createPathLabels({ limit: 100 })
  for (const [target, label] of [
    ['/api/v1/projects/12?search=a', '/api/v1/projects/{id}'],
    ['/api/v1/users/5/projects', '/api/v1/users/{id}/projects'],
    ['/api/v1/projects/5/team/7/more', '/api/v1/projects/{id}/team'],
    ['/api/v1/documents/9f3c-aa/', '/api/v1/documents/{id}/'],
    [`/api/v1/${'a'.repeat(31)}`, '/api/v1/{id}'],
    ['/api/v1/%2e%2e', '/api/v1/{id}'],
    ['/static/js/app.3f2a.js', '/static'],
    ['/', '/']
  ] as const) {
    t.equal(labelOf(target, 200), label, target)
  }
})

t.test(
  'paths that the backend refuses or redirects, and those beyond the limit, share one name',
  async (t) => {
    const labelOf = createPathLabels({ limit: 2 })
    for (const status of [404, 500, 301, 302])
      for (const word of ['a', 'b', 'c']) t.equal(labelOf(`/api/${word}`, status), 'other')
    t.equal(labelOf('/api/a', 200), '/api/a')
    t.equal(labelOf('/api/b', 200), '/api/b')
    t.equal(labelOf('/api/c', 200), 'other')
    t.equal(labelOf('/api/a', 304), '/api/a', 'those that are known stay')
  }
)
