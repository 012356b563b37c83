import type { Database, StaffProfile, User } from '../database.js'
import { workOf } from './users.js'

/** A staff profile in the public directory. */
export const directoryView = (database: Database, profile: StaffProfile) => {
  const user = database.users.get(profile.user)
  return {
    id: profile.id,
    user: userView(user, user?.email ?? null),
    image: user?.image ?? null,
    business_area: user === undefined ? null : areaNameView(database, user),
    is_hidden: profile.is_hidden,
    version: versionOf(database, profile)
  }
}

export const heroView = (database: Database, profile: StaffProfile) => {
  const user = database.users.get(profile.user)
  return {
    id: profile.id,
    user: userView(user, publicEmailOf(profile)),
    avatar: avatarView(user),
    work: roleView(database, profile),
    about: profile.about,
    version: versionOf(database, profile)
  }
}

export const overviewView = (profile: StaffProfile) => ({
  id: profile.id,
  expertise: profile.expertise,
  keywords: keywordsView(profile),
  version: profile.version
})

/** Without the profile's version: what else of it changes is not shown here. */
export const cvView = (profile: StaffProfile) => ({
  id: profile.id,
  employment_entries: profile.employment_entries.map((entry, at) => ({ id: at + 1, ...entry })),
  education_entries: profile.education_entries.map((entry, at) => ({ id: at + 1, ...entry }))
})

/** `users/staffprofiles/{id}`: all sections together. */
export const staffProfileView = (database: Database, profile: StaffProfile) => ({
  ...heroView(database, profile),
  ...overviewView(profile),
  ...cvView(profile),
  is_hidden: profile.is_hidden,
  custom_title: profile.custom_title,
  custom_title_on: profile.custom_title_on,
  public_email: profile.public_email,
  public_email_on: profile.public_email_on,
  version: versionOf(database, profile)
})

const versionOf = (database: Database, profile: StaffProfile): number =>
  Math.max(profile.version, database.users.get(profile.user)?.version ?? 0)

const userView = (user: User | undefined, email: string | null) =>
  user === undefined
    ? null
    : { id: user.id, first_name: user.display_first_name, last_name: user.display_last_name, email }

const publicEmailOf = (profile: StaffProfile): string | null =>
  profile.public_email_on && profile.public_email !== '' ? profile.public_email : null

const avatarView = (user: User | undefined) =>
  user === undefined || user.image === null ? null : { id: user.id, file: user.image, user: user.id }

const roleView = (database: Database, profile: StaffProfile) => {
  const user = database.users.get(profile.user)
  const work = user === undefined ? undefined : workOf(database, user)
  if (user === undefined || work === undefined) return null
  const role = profile.custom_title_on && profile.custom_title !== '' ? profile.custom_title : work.role
  return { id: work.id, role, business_area: areaNameView(database, user) }
}

const areaNameView = (database: Database, user: User) => {
  const area = database.businessAreas.get(workOf(database, user)?.business_area ?? 0)
  return area === undefined ? null : { id: area.id, name: area.name }
}

const keywordsView = (profile: StaffProfile) => profile.keywords.map((name, at) => ({ id: at + 1, name }))
