import type { Database, User, Work } from '../database.js'
import { areaView, branchView, businessAreaView } from './agencies.js'

/** `users/me`. */
export const meView = (database: Database, user: User) => {
  const staffProfile = database.staffProfiles.find((row) => row.user === user.id)
  return {
    ...userView(database, user),
    title: database.profiles.find((row) => row.user === user.id)?.title ?? '',
    phone: user.phone,
    fax: user.fax,
    staff_profile_id: staffProfile?.id ?? null,
    staff_profile_hidden: staffProfile?.is_hidden ?? false,
    public_email: staffProfile?.public_email ?? '',
    public_email_on: staffProfile?.public_email_on ?? false,
    custom_title: staffProfile?.custom_title ?? '',
    custom_title_on: staffProfile?.custom_title_on ?? false,
    agency: { id: 1, name: 'Sample Department', key_stakeholder: null, is_active: true, image: null }
  }
}

/** `users/{id}`: all fields but the password. */
export const userView = (database: Database, user: User) => {
  const work = workOf(database, user)
  const branch = database.branches.get(work?.branch ?? 0)
  const staffProfile = database.staffProfiles.find((row) => row.user === user.id)
  return {
    id: user.id,
    username: user.username,
    email: user.email,
    display_first_name: user.display_first_name,
    display_last_name: user.display_last_name,
    first_name: user.first_name,
    last_name: user.last_name,
    is_superuser: user.is_superuser,
    is_staff: user.is_staff,
    is_active: user.is_active,
    is_aec: user.is_aec,
    image: user.image,
    role: work?.role ?? null,
    branch: branch === undefined ? null : branchView(branch),
    business_area: businessAreaView(database, work?.business_area ?? null),
    business_areas_led: database.businessAreas.where((area) => area.leader === user.id).map(areaView),
    affiliation: null,
    caretakers: user.caretakers.map((id) => caretakerView(database, id)),
    caretaking_for: database.users
      .where((other) => other.caretakers.includes(user.id))
      .map((other) => caretakerView(database, other.id)),
    date_joined: user.date_joined,
    about: staffProfile?.about ?? '',
    expertise: staffProfile?.expertise ?? '',
    version: Math.max(user.version, work?.version ?? 0, staffProfile?.version ?? 0)
  }
}

/** A user in a list. */
export const smallUserView = (database: Database, user: User) => ({
  id: user.id,
  first_name: user.first_name,
  last_name: user.last_name,
  display_first_name: user.display_first_name,
  display_last_name: user.display_last_name,
  name: nameOf(user),
  username: user.username,
  email: user.email,
  is_active: user.is_active,
  is_staff: user.is_staff,
  is_superuser: user.is_superuser,
  image: user.image,
  affiliation: null,
  business_area: businessAreaView(database, workOf(database, user)?.business_area ?? null),
  version: user.version
})

/** A user among the members of a project. */
export const memberUserView = (database: Database, id: number) => {
  const user = database.users.get(id)
  if (user === undefined) return null
  return {
    id: user.id,
    display_first_name: user.display_first_name,
    display_last_name: user.display_last_name,
    email: user.email,
    is_active: user.is_active,
    is_staff: user.is_staff,
    title: database.profiles.find((row) => row.user === id)?.title ?? null,
    affiliation: null,
    caretakers: user.caretakers.map((caretaker) => caretakerView(database, caretaker)),
    version: user.version
  }
}

export const workView = (database: Database, work: Work) => ({
  id: work.id,
  role: work.role,
  branch: work.branch,
  business_area: businessAreaView(database, work.business_area),
  affiliation: null,
  version: work.version
})

export const workOf = (database: Database, user: User): Work | undefined =>
  database.works.find((row) => row.user === user.id)

export const nameOf = (user: User): string => `${user.display_first_name} ${user.display_last_name}`

const caretakerView = (database: Database, id: number) => {
  const user = database.users.get(id)
  return user === undefined ? null : { id, name: nameOf(user), email: user.email, image: user.image }
}
