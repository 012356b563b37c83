import type { StaffProfile } from '../database.js'
import { includes, pageOf } from '../page.js'
import { accepted, anyone, found, idOf, ok, signedIn } from '../route.js'
import type { Answer, Call, Route } from '../route.js'
import { cvView, directoryView, heroView, overviewView, staffProfileView } from '../views/staff-profiles.js'
import { nameOf } from '../views/users.js'

const ONE_PROFILE = '/api/v1/users/staffprofiles/:id(^\\d+$)'

/** The public directory. A hidden profile is left out of the list but keeps its page. */
export const staffProfileRoutes: readonly Route[] = [
  anyone('GET', '/api/v1/users/staffprofiles', ({ database, query }) => {
    const profiles = database.staffProfiles.where((profile) => {
      const user = database.users.get(profile.user)
      return (
        user !== undefined &&
        !profile.is_hidden &&
        includes(nameOf(user), query['search'] ?? query['searchTerm'] ?? '') &&
        String(user.is_active) === (query['is_active'] ?? String(user.is_active))
      )
    })
    const { items, ...totals } = pageOf(profiles, query)
    return ok({ profiles: items.map((profile) => directoryView(database, profile)), ...totals })
  }),

  anyone('GET', ONE_PROFILE, (call) =>
    inPath(call, (profile) => ok(staffProfileView(call.database, profile)))
  ),
  anyone('GET', `${ONE_PROFILE}/hero`, (call) =>
    inPath(call, (profile) => ok(heroView(call.database, profile)))
  ),
  anyone('GET', `${ONE_PROFILE}/overview`, (call) => inPath(call, (profile) => ok(overviewView(profile)))),
  anyone('GET', `${ONE_PROFILE}/cv`, (call) => inPath(call, (profile) => ok(cvView(profile)))),

  signedIn('GET', '/api/v1/users/mypublicprofile', ({ database, caller }) =>
    found(
      database.staffProfiles.find((profile) => profile.user === caller.id),
      (profile) => ok(staffProfileView(database, profile))
    )
  ),

  signedIn('PUT', ONE_PROFILE, (call) =>
    inPath(call, (profile) => {
      const { fields } = call
      const changed = call.database.staffProfiles.update(profile, {
        about: fields.text('about') ?? profile.about,
        expertise: fields.text('expertise') ?? profile.expertise,
        custom_title: fields.text('custom_title') ?? profile.custom_title,
        custom_title_on: fields.flag('custom_title_on') ?? profile.custom_title_on,
        public_email: fields.text('public_email') ?? profile.public_email,
        public_email_on: fields.flag('public_email_on') ?? profile.public_email_on
      })
      return accepted(staffProfileView(call.database, changed))
    })
  ),

  signedIn('POST', `${ONE_PROFILE}/toggle_visibility`, (call) =>
    inPath(call, (profile) => {
      const changed = call.database.staffProfiles.update(profile, { is_hidden: !profile.is_hidden })
      return ok(staffProfileView(call.database, changed))
    })
  )
]

const inPath = (call: Call, answer: (profile: StaffProfile) => Answer): Answer =>
  found(call.database.staffProfiles.get(idOf(call)), answer)
