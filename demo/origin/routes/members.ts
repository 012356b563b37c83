import type { Database, Member } from '../database.js'
import { accepted, created, found, idOf, invalid, noContent, NOT_FOUND, ok, signedIn } from '../route.js'
import type { Call, Route } from '../route.js'
import { membersOf, memberView } from '../views/projects.js'

const ONE_MEMBER = '/api/v1/projects/project_members/:project(^\\d+$)/:user(^\\d+$)'

export const memberRoutes: readonly Route[] = [
  signedIn('GET', '/api/v1/projects/:id(^\\d+$)/team', (call) =>
    ok(membersOf(call.database, idOf(call)).map((member) => memberView(call.database, member)))
  ),

  signedIn('POST', '/api/v1/projects/project_members', ({ database, fields }) => {
    const project = database.projects.get(fields.integer('project') ?? 0)
    const user = database.users.get(fields.integer('user') ?? 0)
    if (project === undefined) return invalid('project', 'This field is required.')
    if (user === undefined) return invalid('user', 'This field is required.')
    if (memberOf(database, project.id, user.id) !== undefined) {
      return invalid('non_field_errors', 'The fields project, user must make a unique set.')
    }
    const member = database.members.insert({
      project: project.id,
      user: user.id,
      is_leader: fields.flag('is_leader') ?? false,
      role: fields.text('role') ?? 'research',
      time_allocation: 0,
      position: fields.integer('position') ?? 100,
      comments: fields.text('comments') ?? '',
      short_code: fields.text('short_code') ?? ''
    })
    return created(memberView(database, member))
  }),

  signedIn('GET', ONE_MEMBER, (call) =>
    found(memberInPath(call), (member) => ok(memberView(call.database, member)))
  ),

  signedIn('PUT', ONE_MEMBER, (call) =>
    found(memberInPath(call), (member) => {
      const changed = call.database.members.update(member, {
        role: call.fields.text('role') ?? member.role,
        position: call.fields.integer('position') ?? member.position,
        comments: call.fields.text('comments') ?? member.comments
      })
      return accepted(memberView(call.database, changed))
    })
  ),

  signedIn('DELETE', ONE_MEMBER, (call) =>
    found(memberInPath(call), (member) => {
      call.database.members.remove(member)
      return noContent
    })
  ),

  signedIn('GET', '/api/v1/projects/project_members/:project(^\\d+$)/leader', (call) => {
    const team = membersOf(call.database, idOf(call, 'project'))
    return found(
      team.find((member) => member.is_leader),
      (leader) => ok(memberView(call.database, leader))
    )
  }),

  signedIn('POST', '/api/v1/projects/promote', ({ database, fields }) => {
    const project = fields.integer('project_id')
    const user = fields.integer('user_id')
    if (project === undefined || user === undefined) {
      return { status: 400, json: { error: 'user_id and project_id are required' } }
    }
    const promoted = memberOf(database, project, user)
    if (promoted === undefined) return NOT_FOUND
    for (const leader of membersOf(database, project)) {
      if (leader.is_leader) database.members.update(leader, { is_leader: false })
    }
    const member = database.members.update(promoted, { is_leader: true })
    return accepted(memberView(database, member))
  })
]

const memberInPath = (call: Call): Member | undefined =>
  memberOf(call.database, idOf(call, 'project'), idOf(call, 'user'))

const memberOf = (database: Database, project: number, user: number): Member | undefined =>
  database.members.find((member) => member.project === project && member.user === user)
