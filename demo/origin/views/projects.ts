import type { Database, Member, Project } from '../database.js'
import { businessAreaView } from './agencies.js'
import { memberUserView, smallUserView } from './users.js'

/** `projects/mine`: image addresses are relative. */
export const smallProjectView = (database: Database, project: Project) => ({
  id: project.id,
  title: project.title,
  status: project.status,
  kind: project.kind,
  year: project.year,
  number: project.number,
  business_area: businessAreaView(database, project.business_area),
  image: imageView(project, ''),
  version: project.version
})

/** A project as its member's page shows it, with image addresses made from `base`. */
export const memberProjectView = (database: Database, member: Member, project: Project, base: string) => ({
  id: project.id,
  title: project.title,
  role: member.role,
  tag: `${TAGS[project.kind] ?? 'SP'}-${project.year}-${project.number}`,
  image: imageView(project, base),
  kind: project.kind,
  created_at: project.created_at,
  status: project.status,
  business_area: businessAreaView(database, project.business_area),
  description: project.description,
  start_date: Number(project.start_date.slice(0, 4)),
  end_date: Number(project.end_date.slice(0, 4)),
  version: Math.max(project.version, member.version)
})

export const fullProjectView = (database: Database, project: Project, base = '') => ({
  ...smallProjectView(database, project),
  image: imageView(project, base),
  description: project.description,
  tagline: project.tagline,
  keywords: project.keywords,
  start_date: project.start_date,
  end_date: project.end_date,
  created_at: project.created_at,
  hidden_from_staff_profiles: project.hidden_from_staff_profiles,
  deletion_requested: false,
  deletion_request_id: null,
  areas: []
})

/** `projects/{id}`: the project with its details, documents and members. */
export const projectPageView = (database: Database, project: Project) => {
  const team = membersOf(database, project.id)
  const leader = team.find((member) => member.is_leader)?.user ?? null
  return {
    project: fullProjectView(database, project),
    details: {
      base: {
        id: project.id,
        project: { id: project.id, title: project.title },
        owner: leader,
        creator: leader
      },
      external: project.kind === 'external' ? { id: project.id, project: project.id, budget: '' } : [],
      student: project.kind === 'student' ? { id: project.id, project: project.id, level: 'phd' } : []
    },
    documents: {
      concept_plan: project.concept_plan === null ? null : { id: project.id, status: project.concept_plan },
      project_plan: null,
      progress_reports: [],
      student_reports: [],
      project_closure: null
    },
    members: team.map((member) => ({
      user: memberUserView(database, member.user),
      project: { id: project.id, kind: project.kind },
      role: member.role,
      is_leader: member.is_leader,
      position: member.position,
      version: member.version
    }))
  }
}

export const memberView = (database: Database, member: Member) => {
  const user = database.users.get(member.user)
  const project = database.projects.get(member.project)
  return {
    id: member.id,
    user: user === undefined ? null : smallUserView(database, user),
    project: project === undefined ? null : smallProjectView(database, project),
    is_leader: member.is_leader,
    role: member.role,
    time_allocation: member.time_allocation,
    position: member.position,
    comments: member.comments,
    short_code: member.short_code,
    version: member.version
  }
}

export const membersOf = (database: Database, project: number): readonly Member[] =>
  database.members.where((member) => member.project === project).toSorted((a, b) => a.position - b.position)

const imageView = (project: Project, base: string) =>
  project.image === null ? null : { id: project.id, project: project.id, file: `${base}${project.image}` }

const TAGS: Readonly<Record<string, string>> = {
  science: 'SP',
  student: 'STP',
  external: 'EXT',
  core_function: 'CF'
}
