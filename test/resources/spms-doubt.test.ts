import t from 'tap'
import { createOrigin } from '../../demo/origin/origin.js'
import { expandKey } from '../../src/cache/read/cache-key.js'
import { expandAll, type TemplateValues } from '../../src/cache/resource.js'
import { readResources } from '../../src/resources/load.js'

/**
 * Against the sample origin: whatever a write changes in an answer that a row stores, one of the tags that it
 * invalidates is on the entry that was stored before.
 */
const { table } = readResources(undefined, { defaultTtlSeconds: 300, maxTtlSeconds: 86400 })
const origin = createOrigin({ users: 20, projects: 24, branches: 4, latency: { minMs: 0, maxMs: 0 } })
t.teardown(() => origin.close())

const USERS = Array.from({ length: 20 }, (_, at) => at + 1)
const PROFILES = Array.from({ length: 18 }, (_, at) => 3001 + at)

const callers = USERS.map((user) => ({ user, headers: origin.signIn(user) }))
const [first] = callers
if (first === undefined) throw new Error('no caller')

const reads: readonly { readonly caller: (typeof callers)[number]; readonly path: string }[] = [
  ...callers.flatMap((caller) => ['projects/mine', 'users/me'].map((path) => ({ caller, path }))),
  ...USERS.flatMap((user) =>
    [`users/${user}`, `users/${user}/projects`, `users/${user}/projects_staff_profile`].map((path) => ({
      caller: first,
      path
    }))
  ),
  ...PROFILES.flatMap((profile) =>
    ['', '/hero', '/overview', '/cv'].map((part) => ({
      caller: first,
      path: `users/staffprofiles/${profile}${part}`
    }))
  ),
  { caller: first, path: 'users/staffprofiles' },
  { caller: first, path: 'agencies/branches' }
]

interface Stored {
  readonly name: string
  readonly body: string
  readonly tags: readonly string[]
}

/** What would be stored now, with the tags that each entry carries. */
const storedNow = async (): Promise<ReadonlyMap<string, Stored>> => {
  const stored = new Map<string, Stored>()
  for (const { caller, path } of reads) {
    const url = `/api/v1/${path}`
    const { statusCode, body } = await origin.app.inject({ url, headers: caller.headers })
    const match = table.matchRead(url)
    if (match === undefined) throw new Error(`${path} has no row`)
    if (statusCode !== 200) continue
    const { resource, parameters } = match
    const own = { parameters, identity: `digest-${caller.user}`, user: String(caller.user) }
    const tags = expandAll(resource.tags, { ...own, answer: JSON.parse(body) })
    if (tags === undefined) throw new Error(`${path} cannot be tagged`)
    const all = [...tags, expandKey(resource.key, parameters, own.identity), ...resource.groupTags]
    stored.set(`${path} of ${caller.user}`, { name: resource.name, body, tags: all })
  }
  return stored
}

/** What the table makes doubtful after the write. */
const invalidatedBy = (
  method: string,
  path: string,
  values: Omit<TemplateValues, 'parameters'>
): 'everything' | readonly string[] => {
  const { tags, parameters, whenUnlisted, hasRow } = table.matchWrite(method, path)
  return (hasRow ? expandAll(tags, { parameters, ...values }) : undefined) ?? whenUnlisted
}

type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE'

const writes: readonly [method: Method, path: string, payload?: Readonly<Record<string, unknown>>][] = [
  ['POST', '/api/v1/projects/list', { title: 'New', projectLead: 6 }],
  ['PUT', '/api/v1/projects/3', { title: 'Other', business_area: 2 }],
  ['PATCH', '/api/v1/projects/4', { status: 'completed' }],
  ['POST', '/api/v1/projects/5/suspend'],
  ['POST', '/api/v1/projects/6/toggle_user_profile_visibility'],
  ['POST', '/api/v1/projects/6/toggle_user_profile_visibility'],
  ['POST', '/api/v1/projects/project_members', { project: 25, user: 11, role: 'research' }],
  ['PUT', '/api/v1/projects/project_members/25/11', { role: 'technical' }],
  ['POST', '/api/v1/projects/promote', { project_id: 25, user_id: 11 }],
  ['DELETE', '/api/v1/projects/project_members/25/11'],
  ['DELETE', '/api/v1/projects/25'],
  ['POST', '/api/v1/agencies/branches', { name: 'New' }],
  ['PUT', '/api/v1/agencies/branches/2', { name: 'Renamed' }],
  ['DELETE', '/api/v1/agencies/branches/3'],
  ['PUT', '/api/v1/agencies/business_areas/1', { name: 'Renamed' }],
  ['POST', '/admin/agencies/branch/1/change/', { name: 'By hand' }],
  ['POST', '/api/v1/users/list', { email: 'new@sample.test' }],
  ['PUT', '/api/v1/users/5', { display_first_name: 'Changed', email: 'changed@sample.test' }],
  ['PUT', '/api/v1/users/4/pi', { display_last_name: 'Changed', title: 'dr' }],
  ['PUT', '/api/v1/users/3/profile', { about: 'Changed', expertise: 'Changed' }],
  ['PUT', '/api/v1/users/6/membership', { role: 'Changed', branch: 1 }],
  ['PUT', '/api/v1/users/work/2007', { role: 'Changed', business_area: 1 }],
  ['POST', '/api/v1/users/8/toggleactive'],
  ['POST', '/api/v1/users/8/toggleactive'],
  ['POST', '/api/v1/users/9/admin'],
  ['POST', '/api/v1/users/2/remove_avatar'],
  ['POST', '/api/v1/users/10/remove_avatar'],
  [
    'PUT',
    '/api/v1/users/staffprofiles/3002',
    { about: 'Changed', public_email: 'p@sample.test', public_email_on: true }
  ],
  ['POST', '/api/v1/users/staffprofiles/3004/toggle_visibility'],
  ['POST', '/api/v1/users/staffprofiles/3004/toggle_visibility'],
  ['POST', '/api/v1/documents/conceptplans', { project: 7 }],
  ['DELETE', '/api/v1/users/12']
]

t.test('no stored answer misses a write', async (t) => {
  let before = await storedNow()
  for (const [method, path, payload] of writes) {
    const write = `${method} ${path}`
    const answered = await origin.app.inject({
      method,
      url: path,
      headers: first.headers,
      ...(payload === undefined ? {} : { payload })
    })
    t.ok(answered.statusCode < 400, `${write} is done`)
    const answer: unknown = answered.body === '' ? undefined : answered.json()
    const own = { identity: `digest-${first.user}`, user: String(first.user) }
    const invalidated = invalidatedBy(method, path, { ...own, request: payload, answer })
    const after = await storedNow()
    const changed = [...before].filter(([read, { body }]) => after.get(read)?.body !== body)
    const missed = changed.filter(
      ([, { tags }]) => invalidated !== 'everything' && !tags.some((tag) => invalidated.includes(tag))
    )
    t.strictSame(
      missed.map(([read]) => read),
      [],
      `${write} changes ${changed.length} answers and misses none`
    )
    before = after
  }
})
