import type { User, UserFields, Work } from '../database.js'
import { accepted, found, idOf, noContent, NOT_FOUND, ok, signedIn, staff } from '../route.js'
import type { Answer, Call, Route } from '../route.js'
import { userView, workOf, workView } from '../views/users.js'

/** What a user or an administrator changes about one user: personal information, profile, work, rights. */
export const accountRoutes: readonly Route[] = [
  signedIn('PUT', '/api/v1/users/:id(^\\d+$)/pi', (call) =>
    found(call.database.users.get(idOf(call)), (user) => {
      const { database, fields } = call
      const changed = database.users.update(user, {
        display_first_name: fields.text('display_first_name') ?? user.display_first_name,
        display_last_name: fields.text('display_last_name') ?? user.display_last_name,
        phone: fields.text('phone') ?? user.phone,
        fax: fields.text('fax') ?? user.fax
      })
      const profile = database.profiles.find((row) => row.user === user.id)
      const title = fields.text('title') ?? profile?.title
      if (profile !== undefined && title !== undefined) database.profiles.update(profile, { title })
      const { first_name, last_name, email, display_first_name, display_last_name, phone, fax } = changed
      return accepted({
        first_name,
        last_name,
        email,
        display_first_name,
        display_last_name,
        title,
        phone,
        fax
      })
    })
  ),

  signedIn('PUT', '/api/v1/users/:id(^\\d+$)/profile', (call) => {
    const { database, fields } = call
    return found(
      database.staffProfiles.find((row) => row.user === idOf(call)),
      (profile) => {
        const about = fields.text('about') ?? profile.about
        const expertise = fields.text('expertise') ?? profile.expertise
        database.staffProfiles.update(profile, { about, expertise })
        return accepted({ about, expertise })
      }
    )
  }),

  signedIn('PUT', '/api/v1/users/:id(^\\d+$)/membership', (call) =>
    found(call.database.users.get(idOf(call)), (user) => changeWork(call, workOf(call.database, user)))
  ),

  signedIn('PUT', '/api/v1/users/work/:id(^\\d+$)', (call) =>
    changeWork(call, call.database.works.get(idOf(call)))
  ),

  staff('POST', '/api/v1/users/:id(^\\d+$)/toggleactive', (call) =>
    changeUser(call, (user) => ({ is_active: !user.is_active }))
  ),

  staff('POST', '/api/v1/users/:id(^\\d+$)/admin', (call) =>
    changeUser(call, (user) => ({ is_superuser: !user.is_superuser }))
  ),

  signedIn('POST', '/api/v1/users/:id(^\\d+$)/remove_avatar', (call) =>
    found(call.database.users.get(idOf(call)), (user) => {
      if (user.image === null) return { status: 404, json: { error: 'No avatar found' } }
      call.database.users.update(user, { image: null })
      return noContent
    })
  )
]

const changeUser = (call: Call, changesOf: (user: User) => Partial<UserFields>): Answer =>
  found(call.database.users.get(idOf(call)), (user) =>
    ok(userView(call.database, call.database.users.update(user, changesOf(user))))
  )

const changeWork = ({ database, fields }: Call, work: Work | undefined): Answer => {
  if (work === undefined) return NOT_FOUND
  const changed = database.works.update(work, {
    role: fields.text('role') ?? work.role,
    branch: fields.integer('branch') ?? work.branch,
    business_area: fields.integer('business_area') ?? work.business_area
  })
  return accepted(workView(database, changed))
}
