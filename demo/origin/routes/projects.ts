import type { Database, Project } from '../database.js'
import { debugPage } from '../django.js'
import type { Fields } from '../fields.js'
import { includes, pageOf } from '../page.js'
import { accepted, created, found, idOf, invalid, noContent, ok, signedIn, staff } from '../route.js'
import type { Answer, Call, Route } from '../route.js'
import { fullProjectView, membersOf, projectPageView, smallProjectView } from '../views/projects.js'

const update = (call: Call): Answer =>
  found(call.database.projects.get(idOf(call)), (project) => {
    const changed = call.database.projects.update(project, changesOf(call.fields, project))
    return accepted(fullProjectView(call.database, changed))
  })

export const projectRoutes: readonly Route[] = [
  signedIn('GET', '/api/v1/projects/mine', ({ database, caller }) => {
    const mine = new Set(database.members.where((row) => row.user === caller.id).map((row) => row.project))
    const projects = database.projects.where((project) => mine.has(project.id))
    return ok(projects.map((project) => smallProjectView(database, project)))
  }),

  signedIn('GET', '/api/v1/projects/list', ({ database, query, base }) => {
    const { items, ...totals } = pageOf(selectProjects(database, query), query)
    return ok({ projects: items.map((project) => fullProjectView(database, project, base)), ...totals })
  }),

  signedIn('POST', '/api/v1/projects/list', ({ database, fields }) => {
    const title = fields.text('title')
    const lead = database.users.get(fields.integer('projectLead') ?? 0)
    if (title === undefined) return invalid('title', 'This field is required.')
    if (lead === undefined) return invalid('user', 'This field is required.')
    // The real API does not look whether there is an area before it asks for its name.
    if (fields.text('businessArea') !== undefined && fields.integer('businessArea') === undefined)
      return { status: 500, page: debugPage('AttributeError at /api/v1/projects/list') }
    const project = database.projects.insert({
      ...NEW_PROJECT,
      ...changesOf(fields, { ...NEW_PROJECT, title })
    })
    database.members.insert({ ...LEADER, project: project.id, user: lead.id })
    return created(fullProjectView(database, project))
  }),

  staff('GET', '/api/v1/projects/download', ({ database }) => ({
    status: 200,
    rows: [
      'ID,Kind,Status,Year,Title\r\n',
      ...database.projects
        .all()
        .map(({ id, kind, status, year, title }) => `${id},${kind},${status},${year},"${title}"\r\n`)
    ],
    headers: [
      ['content-type', 'text/csv'],
      ['content-disposition', 'attachment; filename="all_projects.csv"']
    ]
  })),

  signedIn('GET', '/api/v1/projects/:id(^\\d+$)', (call) =>
    found(call.database.projects.get(idOf(call)), (project) => ok(projectPageView(call.database, project)))
  ),
  signedIn('PUT', '/api/v1/projects/:id(^\\d+$)', update),
  signedIn('PATCH', '/api/v1/projects/:id(^\\d+$)', update),

  signedIn('DELETE', '/api/v1/projects/:id(^\\d+$)', (call) =>
    found(call.database.projects.get(idOf(call)), (project) => {
      for (const member of membersOf(call.database, project.id)) call.database.members.remove(member)
      call.database.projects.remove(project)
      return noContent
    })
  ),

  signedIn('POST', '/api/v1/projects/:id(^\\d+$)/suspend', (call) =>
    found(call.database.projects.get(idOf(call)), (project) => {
      const suspended = call.database.projects.update(project, { status: 'suspended' })
      return accepted(smallProjectView(call.database, suspended))
    })
  ),

  signedIn('POST', '/api/v1/projects/:id(^\\d+$)/toggle_user_profile_visibility', (call) =>
    found(call.database.projects.get(idOf(call)), (project) => {
      const others = project.hidden_from_staff_profiles.filter((id) => id !== call.caller.id)
      const isHidden = others.length < project.hidden_from_staff_profiles.length
      const hidden = isHidden ? others : [...others, call.caller.id]
      const changed = call.database.projects.update(project, { hidden_from_staff_profiles: hidden })
      return accepted(smallProjectView(call.database, changed))
    })
  ),

  signedIn('POST', '/api/v1/documents/conceptplans', ({ database, fields }) =>
    found(database.projects.get(fields.integer('project') ?? 0), (project) => {
      database.projects.update(project, { concept_plan: 'new' })
      return created({ id: project.id, project: project.id, status: 'new' })
    })
  )
]

const selectProjects = (database: Database, query: Readonly<Record<string, string>>): readonly Project[] => {
  const term = query['searchTerm'] ?? ''
  const areas = query['businessarea']?.split(',').map(Number)
  const user = query['selected_user']
  const team = new Set(
    database.members.where((row) => row.user === Number(user)).map((member) => member.project)
  )
  return database.projects.where(
    (project) =>
      includes(project.title, term) &&
      (areas === undefined || areas.includes(project.business_area ?? 0)) &&
      (user === undefined || team.has(project.id)) &&
      project.status === (query['projectstatus'] ?? project.status) &&
      project.kind === (query['projectkind'] ?? project.kind) &&
      String(project.year) === (query['year'] ?? String(project.year)) &&
      !(query['only_active'] === 'true' && !ACTIVE.has(project.status)) &&
      !(query['only_inactive'] === 'true' && ACTIVE.has(project.status))
  )
}

const ACTIVE = new Set(['new', 'pending', 'active', 'updating'])

type Writable = Pick<
  Project,
  'title' | 'description' | 'tagline' | 'keywords' | 'status' | 'kind' | 'year' | 'business_area'
>

const changesOf = (fields: Fields, project: Writable): Writable => ({
  title: fields.text('title') ?? project.title,
  description: fields.text('description') ?? project.description,
  tagline: fields.text('tagline') ?? project.tagline,
  keywords: fields.text('keywords') ?? project.keywords,
  status: fields.text('status') ?? project.status,
  kind: fields.text('kind') ?? project.kind,
  year: fields.integer('year') ?? project.year,
  business_area: fields.integer('business_area') ?? fields.integer('businessArea') ?? project.business_area
})

const NEW_PROJECT = {
  title: '',
  description: '',
  tagline: '',
  keywords: '',
  status: 'new',
  kind: 'science',
  year: 2026,
  number: 1,
  business_area: 1,
  image: null,
  start_date: '2026-02-01',
  end_date: '2027-06-30',
  created_at: '2026-02-01T09:00:00Z',
  hidden_from_staff_profiles: [],
  concept_plan: null
}

const LEADER = {
  is_leader: true,
  role: 'supervising',
  time_allocation: 0,
  position: 1,
  comments: '',
  short_code: ''
}
