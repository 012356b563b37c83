import { includes, pageOf } from '../page.js'
import {
  accepted,
  anyone,
  created,
  found,
  idOf,
  invalid,
  noContent,
  NOT_FOUND,
  ok,
  signedIn
} from '../route.js'
import type { Call, Route } from '../route.js'
import { memberProjectView } from '../views/projects.js'
import { meView, nameOf, smallUserView, userView, workOf, workView } from '../views/users.js'

export const userRoutes: readonly Route[] = [
  signedIn('GET', '/api/v1/users/me', ({ database, caller }) => ok(meView(database, caller))),

  signedIn('GET', '/api/v1/users/list', ({ database, query }) => {
    const users = database.users.where(
      (user) =>
        includes(`${nameOf(user)} ${user.email}`, query['search'] ?? '') &&
        !(query['only_staff'] === 'true' && !user.is_staff) &&
        String(user.is_staff) === (query['is_staff'] ?? String(user.is_staff))
    )
    const { items, ...totals } = pageOf(users, query)
    return ok({ users: items.map((user) => smallUserView(database, user)), ...totals })
  }),

  signedIn('POST', '/api/v1/users/list', ({ database, fields }) => {
    const email = fields.text('email')
    if (email === undefined) return invalid('email', 'This field is required.')
    const first = fields.text('first_name') ?? ''
    const last = fields.text('last_name') ?? ''
    const user = database.users.insert({
      ...{ username: email, email, password: 'sample', first_name: first, last_name: last },
      ...{ display_first_name: first, display_last_name: last, phone: '', fax: '', image: null },
      ...{ is_superuser: false, is_staff: false, is_active: true, is_aec: false },
      ...{ date_joined: '2026-02-01T09:00:00Z', caretakers: [] }
    })
    database.profiles.insert({ user: user.id, title: '' })
    database.works.insert({ user: user.id, role: '', branch: null, business_area: null })
    return created(userView(database, user))
  }),

  signedIn('GET', '/api/v1/users/:id(^\\d+$)', (call) =>
    found(call.database.users.get(idOf(call)), (user) => ok(userView(call.database, user)))
  ),

  signedIn('PUT', '/api/v1/users/:id(^\\d+$)', (call) =>
    found(call.database.users.get(idOf(call)), (user) => {
      const changed = call.database.users.update(user, {
        first_name: call.fields.text('first_name') ?? user.first_name,
        last_name: call.fields.text('last_name') ?? user.last_name,
        display_first_name: call.fields.text('display_first_name') ?? user.display_first_name,
        display_last_name: call.fields.text('display_last_name') ?? user.display_last_name,
        email: call.fields.text('email') ?? user.email
      })
      return accepted(userView(call.database, changed))
    })
  ),

  signedIn('DELETE', '/api/v1/users/:id(^\\d+$)', (call) =>
    found(call.database.users.get(idOf(call)), (user) => {
      const { users, members, profiles, works, staffProfiles } = call.database
      removeRowsOf(members, user.id)
      removeRowsOf(profiles, user.id)
      removeRowsOf(works, user.id)
      removeRowsOf(staffProfiles, user.id)
      users.remove(user)
      return noContent
    })
  ),

  anyone('GET', '/api/v1/users/:id(^\\d+$)/projects', (call) => ok(projectsOf(call, () => true))),

  anyone('GET', '/api/v1/users/:id(^\\d+$)/projects_staff_profile', (call) =>
    ok(projectsOf(call, (hiddenFrom) => !hiddenFrom.includes(idOf(call))))
  ),

  signedIn('GET', '/api/v1/users/profiles/:id(^\\d+$)', (call) =>
    found(call.database.profiles.get(idOf(call)), (profile) => {
      const user = call.database.users.get(profile.user)
      if (user === undefined) return NOT_FOUND
      const work = workOf(call.database, user)
      return ok({
        id: profile.id,
        user: smallUserView(call.database, user),
        work: work === undefined ? null : workView(call.database, work),
        avatar: user.image,
        title: profile.title,
        version: profile.version
      })
    })
  )
]

const projectsOf = (call: Call, isShown: (hiddenFrom: readonly number[]) => boolean) =>
  call.database.members
    .where((member) => member.user === idOf(call))
    .flatMap((member) => {
      const project = call.database.projects.get(member.project)
      if (project === undefined || !isShown(project.hidden_from_staff_profiles)) return []
      return [memberProjectView(call.database, member, project, call.base)]
    })

interface Owned<R extends { readonly user: number }> {
  where(isWanted: (row: R) => boolean): readonly R[]
  remove(row: R): void
}

const removeRowsOf = <R extends { readonly user: number }>(table: Owned<R>, user: number): void => {
  for (const row of table.where((candidate) => candidate.user === user)) table.remove(row)
}
