import t from 'tap'
import type { Resource, Variation } from '../../src/cache/resource.js'
import { expandKey } from '../../src/cache/read/cache-key.js'
import { expandAll, type TemplateValues } from '../../src/cache/resource.js'
import { readResources } from '../../src/resources/load.js'

/** The addresses of pictures are made from these. */
const ADDRESS: readonly Variation[] = [
  { name: 'host', values: [] },
  { name: 'x-forwarded-proto', values: ['http', 'https'] }
]

const { table } = readResources(undefined, { defaultTtlSeconds: 300, maxTtlSeconds: 86400 })

const AREA = {
  id: 4,
  name: 'Ecology',
  leader: 9,
  division: { id: 1, directorate_email_list: [{ id: 30, email: 'a@b.test', name: 'A' }] }
}
const PROJECTS = [
  { id: 42, title: 'Quokkas', business_area: AREA, image: { id: 1, uploader: { id: 31, username: 'u' } } },
  { id: 43, title: 'Ferns', business_area: null, image: null }
]
const ME = {
  id: 7,
  branch: { id: 3 },
  business_area: AREA,
  business_areas_led: [],
  caretakers: [],
  caretaking_for: []
}
const LEADER = {
  ...ME,
  id: 5,
  branch: null,
  business_area: null,
  business_areas_led: [{ id: 4 }],
  caretakers: [{ id: 8 }]
}
const STAFF = { id: 900, user: { id: 5 }, work: { id: 77 } }
const DIRECTORY = {
  profiles: [
    { id: 900, user: { id: 5 } },
    { id: 901, user: { id: 6 } }
  ],
  total_results: 2
}

interface ReadCase {
  readonly path: string
  readonly values?: Partial<TemplateValues>
  readonly name: string
  readonly key: string
  readonly ttl: number
  readonly scope: string
  readonly tags: readonly string[]
  readonly vary?: readonly Variation[]
  readonly query?: Resource['query']
  /** Seconds; 0 unless told. */
  readonly staleWhileRevalidate?: number
}

const listed = ['project:42', 'project:43', 'user:30:name', 'user:31:name']

const cases: readonly ReadCase[] = [
  {
    path: '/api/v1/projects/mine',
    values: { identity: 'd1gest', user: '7', answer: PROJECTS },
    ...{ name: 'user_projects', key: 'user:~d1gest:projects', ttl: 300, scope: 'identity' },
    staleWhileRevalidate: 300,
    tags: ['user:7', 'user:7:projects', ...listed]
  },
  {
    path: '/api/v1/projects/mine',
    values: { identity: 'd1gest', answer: [] },
    ...{ name: 'user_projects', key: 'user:~d1gest:projects', ttl: 300, scope: 'identity' },
    staleWhileRevalidate: 300,
    tags: ['user:~']
  },
  {
    path: '/api/v1/users/5/projects',
    values: { answer: PROJECTS },
    ...{
      name: 'user_projects',
      key: 'user:5:projects',
      ttl: 300,
      scope: 'public',
      vary: ADDRESS
    },
    tags: ['user:5', 'user:5:projects', ...listed]
  },
  {
    path: '/api/v1/agencies/branches',
    values: { answer: [{ id: 3, name: 'Kensington', agency: 1, manager: 9 }] },
    ...{ name: 'agency_branches', key: 'agency:all:branches', ttl: 3600, scope: 'authenticated' },
    tags: ['branches']
  },
  {
    path: '/api/v1/users/me',
    values: { identity: 'd1gest', answer: ME },
    ...{ name: 'user_profile', key: 'user:~d1gest:profile', ttl: 600, scope: 'identity' },
    tags: ['user:7', 'user:7:profile', 'people', 'branch:3', 'user:30:name']
  },
  {
    path: '/api/v1/users/5',
    values: { answer: LEADER },
    ...{ name: 'user_profile', key: 'user:5:profile', ttl: 600, scope: 'authenticated' },
    tags: ['user:5', 'user:5:profile', 'people', 'business-area-leaders', 'caretakers']
  },
  {
    path: '/api/v1/users/staffprofiles',
    values: { answer: DIRECTORY },
    ...{ name: 'staff_profile', key: 'staff:profile:all', ttl: 3600, scope: 'public' },
    query: [
      { name: 'page', maximum: 100 },
      { name: 'page_size', maximum: 100 }
    ],
    tags: ['staff:profile:all', 'people', 'staff:profile:900', 'staff:profile:901', 'user:5', 'user:6']
  },
  {
    path: '/api/v1/users/staffprofiles/900',
    values: { answer: STAFF },
    ...{ name: 'staff_profile', key: 'staff:profile:900', ttl: 3600, scope: 'public' },
    tags: ['staff:profile:900', 'user:5', 'people', 'staff:profile:cvs']
  },
  {
    path: '/api/v1/users/staffprofiles/900/hero',
    values: { answer: STAFF },
    ...{ name: 'staff_profile', key: 'staff:profile:900:hero', ttl: 3600, scope: 'public' },
    tags: ['staff:profile:900', 'user:5', 'people']
  },
  {
    path: '/api/v1/users/staffprofiles/900/overview',
    values: { answer: { id: 900, expertise: '', keywords: [] } },
    ...{ name: 'staff_profile', key: 'staff:profile:900:overview', ttl: 3600, scope: 'public' },
    tags: ['staff:profile:900', 'staff:profile:parts']
  },
  {
    path: '/api/v1/users/staffprofiles/900/cv',
    values: { answer: { id: 900, employment_entries: [], education_entries: [] } },
    ...{ name: 'staff_profile', key: 'staff:profile:900:cv', ttl: 3600, scope: 'public' },
    tags: ['staff:profile:900', 'staff:profile:cvs']
  },
  {
    path: '/api/v1/users/5/projects_staff_profile',
    values: { answer: PROJECTS },
    ...{
      name: 'staff_profile',
      key: 'staff:profile:user:5:projects',
      ttl: 3600,
      scope: 'public',
      vary: ADDRESS
    },
    tags: ['user:5', 'user:5:projects', 'staff:profile:projects', ...listed]
  }
]

for (const { path, values, name, key, ttl, scope, tags, ...more } of cases) {
  const { vary = [], query = [], staleWhileRevalidate = 0 } = more
  t.test(`${path} is ${name}, kept as ${key} with ${tags.length} tags`, (t) => {
    const match = table.matchRead(path)
    if (match === undefined) throw new Error('no row')
    const { resource, parameters } = match
    t.match(resource, { name, scope, ttlMs: ttl * 1000, vary, query, bypassOn: ['search', 'searchTerm'] })
    t.match(resource, { staleWhileRevalidateMs: staleWhileRevalidate * 1000, staleIfErrorMs: 60_000 })
    t.equal(expandKey(resource.key, parameters, values?.identity), key)
    t.strictSame(expandAll(resource.tags, { parameters, ...values }), tags)
    t.end()
  })
}

t.test('only users/me tells the number of its caller', (t) => {
  const callers = cases.filter(({ path }) => table.matchRead(path)?.resource.userNumber !== undefined)
  t.strictSame([...new Set(callers.map(({ path }) => path))], ['/api/v1/users/me'])
  const caller = table.matchRead('/api/v1/users/me')?.resource.userNumber
  t.strictSame(caller?.expand({ parameters: {}, answer: ME }), ['7'])
  t.end()
})

t.test('whoever looks after the work of others shows them', (t) => {
  const match = table.matchRead('/api/v1/users/me')
  const tags = expandAll(match?.resource.tags ?? [], {
    parameters: {},
    answer: { ...ME, caretaking_for: [{ id: 8 }] }
  })
  t.ok(tags?.includes('caretakers'))
  t.end()
})

t.test('an answer that does not show its projects cannot be tagged', (t) => {
  const match = table.matchRead('/api/v1/users/5/projects')
  const filled = expandAll(match?.resource.tags ?? [], { parameters: { id: '5' }, answer: { detail: 'x' } })
  t.equal(filled, undefined)
  t.end()
})

for (const path of [
  '/api/v1/projects/list',
  '/api/v1/projects/5',
  '/api/v1/projects/mine/',
  '/api/v1/users/list',
  '/api/v1/users/05',
  '/api/v1/users/mypublicprofile',
  '/api/v1/users/profiles/5',
  '/api/v1/users/work/5',
  '/api/v1/agencies/branches/3',
  '/health/'
]) {
  t.test(`${path} has no row`, (t) => {
    t.equal(table.matchRead(path), undefined)
    t.end()
  })
}

t.test('the identity is made from single sign-on, authorization and the session', (t) => {
  t.strictSame(table.identity, {
    headers: ['remote-user', 'x-email', 'x-first-name', 'x-last-name', 'authorization'],
    cookies: ['sessionid'],
    tagGroups: ['users', 'adminoptions'],
    proofMs: 600_000
  })
  t.end()
})
