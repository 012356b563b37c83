import { Table, type Clock, type Row } from './table.js'

/** The tables of the sample. Users, works, profiles and staff profiles are numbered apart, as in the real API. */
export class Database {
  readonly clock: Clock = { tick: 0 }
  readonly users = new Table<UserFields>(this.clock)
  readonly profiles = new Table<ProfileFields>(this.clock, 1001)
  readonly works = new Table<WorkFields>(this.clock, 2001)
  readonly staffProfiles = new Table<StaffProfileFields>(this.clock, 3001)
  readonly projects = new Table<ProjectFields>(this.clock)
  readonly members = new Table<MemberFields>(this.clock)
  readonly branches = new Table<BranchFields>(this.clock)
  readonly businessAreas = new Table<BusinessAreaFields>(this.clock)
}

export type User = Row<UserFields>
export type Project = Row<ProjectFields>
export type Member = Row<MemberFields>
export type Branch = Row<BranchFields>
export type BusinessArea = Row<BusinessAreaFields>
export type StaffProfile = Row<StaffProfileFields>
export type Work = Row<WorkFields>
export type Profile = Row<ProfileFields>

export interface UserFields {
  username: string
  password: string
  email: string
  first_name: string
  last_name: string
  display_first_name: string
  display_last_name: string
  is_superuser: boolean
  is_staff: boolean
  is_active: boolean
  is_aec: boolean
  date_joined: string
  image: string | null
  phone: string
  fax: string
  /** Users who look after this user's work. */
  caretakers: readonly number[]
}

export interface ProfileFields {
  user: number
  title: string
}

export interface WorkFields {
  user: number
  role: string
  branch: number | null
  business_area: number | null
}

export interface StaffProfileFields {
  user: number
  about: string
  expertise: string
  keywords: readonly string[]
  is_hidden: boolean
  custom_title: string
  custom_title_on: boolean
  public_email: string
  public_email_on: boolean
  employment_entries: readonly Employment[]
  education_entries: readonly Education[]
}

export interface Employment {
  position_title: string
  employer: string
  start_year: number
}

export interface Education {
  qualification_name: string
  institution: string
  end_year: number
}

export interface ProjectFields {
  title: string
  description: string
  tagline: string
  keywords: string
  status: string
  kind: string
  year: number
  number: number
  business_area: number | null
  image: string | null
  start_date: string
  end_date: string
  created_at: string
  hidden_from_staff_profiles: readonly number[]
  concept_plan: string | null
}

export interface MemberFields {
  project: number
  user: number
  is_leader: boolean
  role: string
  time_allocation: number
  position: number
  comments: string
  short_code: string
}

export interface BranchFields {
  name: string
  agency: number
  manager: number | null
}

export interface BusinessAreaFields {
  name: string
  slug: string
  focus: string
  introduction: string
  leader: number | null
  image: string | null
  is_active: boolean
}
