import t from 'tap'
import { expandAll, type TemplateValues } from '../../src/cache/resource.js'
import { readResources } from '../../src/resources/load.js'

const { table } = readResources(undefined, { defaultTtlSeconds: 300, maxTtlSeconds: 86400 })

/** Tags by write, given the JSON of request and answer; `undefined`: left to the family. */
type WriteCase = readonly [
  write: string,
  tags: readonly string[] | undefined,
  values?: Partial<TemplateValues>
]

const CALLER = { identity: 'd1gest', user: '7' }

/** The writes of the API in the order in which its description names them. */
const cases: readonly WriteCase[] = [
  ['POST /projects/list', ['user:9:projects', 'business-area-leaders'], { request: { projectLead: '9' } }],
  ['POST /projects/list', undefined],
  ['PUT /projects/42', ['project:42', 'staff:profile:projects', 'business-area-leaders']],
  ['PATCH /projects/42', ['project:42', 'staff:profile:projects', 'business-area-leaders']],
  ['DELETE /projects/42', ['project:42', 'business-area-leaders']],
  ['PUT /projects/042', undefined],
  [
    'POST /projects/project_members',
    ['project:42', 'user:9:projects'],
    { request: { project: 42, user: 9, role: 'research' } }
  ],
  ['POST /projects/project_members', undefined, { request: { project: 42, user: '09' } }],
  ['PUT /projects/project_members/42/9', ['project:42', 'user:9:projects'], { request: { role: 'group' } }],
  [
    'PUT /projects/project_members/42/9',
    ['project:42', 'user:9:projects', 'project:43', 'user:10:projects'],
    { request: { project: 43, user: 10 } }
  ],
  ['PUT /projects/project_members/42/9', undefined],
  ['DELETE /projects/project_members/42/9', ['project:42', 'user:9:projects']],
  ['POST /projects/promote', ['project:42', 'user:9:projects'], { request: { project_id: 42, user_id: 9 } }],
  ['POST /projects/promote', undefined, { request: { project: 42, user: 9 } }],
  ['POST /projects/42/suspend', ['project:42']],
  ['POST /projects/42/toggle_user_profile_visibility', ['project:42', 'staff:profile:projects']],
  ['POST /agencies/branches', ['branches']],
  ['PUT /agencies/branches/3', ['branches', 'branch:3']],
  ['DELETE /agencies/branches/3', ['branches', 'branch:3']],
  ['PUT /users/9', ['user:9', 'user:9:name', 'caretakers']],
  ['DELETE /users/9', undefined],
  ['PUT /users/9/pi', ['user:9', 'user:9:name', 'caretakers']],
  ['PUT /users/9/profile', ['user:9', 'caretakers', 'staff:profile:parts']],
  ['PUT /users/9/membership', ['user:9']],
  ['POST /users/9/toggleactive', ['user:9']],
  ['POST /users/9/admin', ['user:9', 'caretakers']],
  ['POST /users/9/remove_avatar', ['user:9', 'caretakers']],
  ['PUT /users/work/2009', ['people']],
  ['POST /users/log-in', ['~d1gest'], CALLER],
  ['POST /users/log-in', []],
  ['POST /users/log-out', ['~d1gest'], CALLER],
  ['PUT /users/change-password', ['~d1gest', 'user:7'], CALLER],
  ['PUT /users/change-password', undefined, { identity: 'd1gest' }],

  ['POST /users/list', ['user:12'], { answer: { id: 12 } }],
  ['POST /users/work', ['people']],
  ['DELETE /users/work/2009', ['people']],
  ['PUT /users/profiles/1009', ['people']],
  ['DELETE /users/9/remove_avatar', ['user:9', 'caretakers']],
  [
    'POST /users/staffprofiles',
    ['staff:profile:all', 'staff:profile:900', 'user:9'],
    { answer: { id: 900, user: { id: 9 } } }
  ],
  [
    'PUT /users/staffprofiles/900',
    ['staff:profile:all', 'staff:profile:900', 'user:9'],
    { answer: { user: { id: 9 } } }
  ],
  ['PUT /users/staffprofiles/900', undefined],
  ['DELETE /users/staffprofiles/900', ['staff:profile:all', 'staff:profile:900', 'people']],
  [
    'POST /users/staffprofiles/900/toggle_visibility',
    ['staff:profile:all', 'staff:profile:900', 'user:9'],
    { answer: { user: { id: 9 } } }
  ],
  ['POST /users/profiles/900/employment_entries', ['staff:profile:900']],
  ['POST /users/profiles/900/education_entries', ['staff:profile:900']],
  ['PUT /users/employment_entries/1', ['staff:profile:cvs']],
  ['DELETE /users/employment_entries/1', ['staff:profile:cvs']],
  ['PUT /users/education_entries/1', ['staff:profile:cvs']],
  ['DELETE /users/education_entries/1', ['staff:profile:cvs']],
  ['POST /users/9/public_email_staff_member', []],
  ['POST /agencies/business_areas/unapproved_docs', []],
  ['POST /agencies/business_areas/problematic_projects', []],
  ['POST /adminoptions/tasks/check/9', []],
  ['POST /documents/sendbumpemails', []],
  ['POST /documents/generate_project_document/8', []],
  ['POST /documents/cancel_doc_gen/8', []],
  ['POST /documents/reports/8/generate_pdf', []],
  ['POST /documents/reports/8/cancel_doc_gen', []],
  ['POST /documents/notifications/mentions', []],
  ['POST /documents/actions/approve', ['project:42'], { answer: { id: 8, project: { id: 42 } } }],
  ['POST /documents/actions/recall', ['project:42'], { answer: { id: 8, project: { id: 42 } } }],
  ['POST /documents/actions/send_back', undefined, { answer: { id: 8 } }],
  ['POST /documents/get_previous_reports_data', []],
  ['POST /documents/conceptplans/8/get_concept_plan_data', []]
]

for (const [write, tags, values] of cases) {
  const wanted = tags === undefined ? 'its family' : `[${tags.join(', ')}]`
  t.test(`${write} with ${JSON.stringify(values ?? {})} invalidates ${wanted}`, (t) => {
    const [method = '', path = ''] = write.split(' ')
    const match = table.matchWrite(method, `/api/v1${path}`)
    const filled = expandAll(match.tags, { parameters: match.parameters, ...values })
    t.strictSame(match.hasRow ? filled : undefined, tags)
    t.strictSame(match.whenUnlisted, [`family:${path.split('/')[1] ?? ''}`])
    t.end()
  })
}

t.test('a row tells which bodies it needs', (t) => {
  const needs = (method: string, path: string) => {
    const { needsRequestBody, needsAnswerBody } = table.matchWrite(method, path)
    return { needsRequestBody, needsAnswerBody }
  }
  t.strictSame(needs('PUT', '/api/v1/projects/42'), { needsRequestBody: false, needsAnswerBody: false })
  t.strictSame(needs('POST', '/api/v1/projects/promote'), { needsRequestBody: true, needsAnswerBody: false })
  t.strictSame(needs('POST', '/api/v1/users/staffprofiles'), {
    needsRequestBody: false,
    needsAnswerBody: true
  })
  t.end()
})

const unlisted: readonly [method: string, path: string, whenUnlisted: 'everything' | readonly string[]][] = [
  ['POST', '/admin/agencies/branch/3/change/', 'everything'],
  ['POST', '/admin', 'everything'],
  ['POST', '/administrator', []],
  ['DELETE', '/api/v1/users', ['family:users']],
  ['DELETE', '/api/v1/users/', ['family:users']],
  ['DELETE', '/api/v1/usersx', []],
  ['DELETE', '/api/v1/usersx/5', []],
  ['PUT', '/api/v1/Users/5', []],
  ['PATCH', '/api/v1/users/5', ['family:users']],
  ['PUT', '/api/v1/agencies/business_areas/4', ['family:agencies']],
  ['POST', '/api/v1/documents/conceptplans', ['family:documents']],
  ['POST', '/api/v1/medias/user_avatars', ['family:medias']],
  ['POST', '/api/v1/caretakers/requests/4/approve', ['family:caretakers']],
  ['PUT', '/api/v1/contacts/users/4', ['family:contacts']],
  ['POST', '/api/v1/adminoptions/mergeusers', ['family:adminoptions']],
  ['POST', '/api/v1/communications/comments', []],
  ['POST', '/files/x', []],
  ['POST', '/', []]
]

for (const [method, path, whenUnlisted] of unlisted) {
  const wanted = typeof whenUnlisted === 'string' ? whenUnlisted : `[${whenUnlisted.join(', ')}]`
  t.test(`${method} ${path} has no row and makes ${wanted} doubtful`, (t) => {
    t.match(table.matchWrite(method, path), { hasRow: false, tags: [], whenUnlisted })
    t.same(table.matchWrite(method, path).whenUnlisted, whenUnlisted)
    t.end()
  })
}
