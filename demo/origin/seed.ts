import { Database } from './database.js'
import { businessAreaNames, firstNames, lastNames, proseOf, words } from './vocabulary.js'

export interface Size {
  readonly users: number
  readonly projects: number
  readonly branches: number
}

/** Fills a database: the same rows for the same size and randomness. User 1 is a superuser. */
export const seedDatabase = (size: Size, random: () => number): Database => {
  const database = new Database()
  const below = (limit: number): number => Math.floor(random() * limit)
  const pick = <T>(from: readonly [T, ...T[]]): T => from[below(from.length)] ?? from[0]
  const prose = (count: number): string => proseOf(count, below)

  for (let n = 1; n <= size.branches; n++) {
    database.branches.insert({
      name: `${pick(words)} ${n} Branch`,
      agency: 1,
      manager: 1 + below(size.users)
    })
  }
  for (const name of businessAreaNames) {
    const slug = name.toLowerCase().replaceAll(' ', '-')
    const image = `/files/business_areas/${slug}.jpg`
    const text = { focus: prose(60), introduction: prose(110) }
    database.businessAreas.insert({
      name,
      slug,
      ...text,
      leader: 1 + below(size.users),
      image,
      is_active: true
    })
  }
  for (let n = 1; n <= size.users; n++) {
    const first = pick(firstNames)
    const last = pick(lastNames)
    const isStaff = n === 1 || n % 10 !== 0
    const user = database.users.insert({
      username: `user${n}`,
      password: 'sample',
      email: `${first}.${last}${n}@sample.test`.toLowerCase(),
      first_name: first,
      last_name: last,
      display_first_name: first,
      display_last_name: last,
      is_superuser: n === 1,
      is_staff: isStaff,
      is_active: true,
      is_aec: n % 15 === 2,
      date_joined: `20${10 + below(15)}-0${1 + below(9)}-1${below(10)}T09:00:00Z`,
      image: n % 4 === 0 ? null : `/files/user_avatars/${n}.jpg`,
      phone: `08 9000 ${1000 + n}`,
      fax: '',
      caretakers: n % 6 === 3 ? [1 + (n % size.users)] : []
    })
    database.profiles.insert({ user: user.id, title: pick(['dr', 'mr', 'mrs', 'ms', 'prof']) })
    database.works.insert({
      user: user.id,
      role: pick(['Research Scientist', 'Technical Officer', 'Ecologist', 'Data Manager', 'Executive']),
      branch: 1 + below(size.branches),
      business_area: 1 + below(businessAreaNames.length)
    })
    if (!isStaff) continue
    const year = 1995 + below(20)
    database.staffProfiles.insert({
      user: user.id,
      about: `<p>${prose(120)}</p>`,
      expertise: `<p>${prose(90)}</p>`,
      keywords: [pick(words), pick(words), pick(words)],
      is_hidden: n % 12 === 7,
      custom_title: '',
      custom_title_on: false,
      public_email: '',
      public_email_on: false,
      employment_entries: [
        { position_title: 'Scientist', employer: 'Sample Department', start_year: year + 5 }
      ],
      education_entries: [{ qualification_name: 'BSc', institution: 'Sample University', end_year: year }]
    })
  }
  for (let n = 1; n <= size.projects; n++) seedProject(database, n, size, below)
  return database
}

const seedProject = (database: Database, n: number, size: Size, below: (limit: number) => number): void => {
  const pick = <T>(from: readonly [T, ...T[]]): T => from[below(from.length)] ?? from[0]
  const year = 2012 + below(13)
  const project = database.projects.insert({
    title: `<p>${pick(words)} ${pick(words)} study ${n}</p>`,
    description: `<p>${proseOf(300, below)}</p>`,
    tagline: proseOf(8, below),
    keywords: `${pick(words)},${pick(words)}`,
    status: pick(['new', 'pending', 'active', 'active', 'active', 'updating', 'completed', 'suspended']),
    kind: pick(['science', 'science', 'student', 'external', 'core_function']),
    year,
    number: n,
    business_area: 1 + below(businessAreaNames.length),
    image: n % 5 === 0 ? null : `/files/projects/${n}.jpg`,
    start_date: `${year}-02-01`,
    end_date: `${year + 1 + below(5)}-06-30`,
    created_at: `${year}-01-15T02:30:00Z`,
    hidden_from_staff_profiles: [],
    concept_plan: n % 3 === 0 ? null : 'approved'
  })
  const team = new Set([1 + (n % size.users)])
  for (let more = below(6); more > 0; more--) team.add(1 + below(size.users))
  for (const user of team) {
    const isLeader = user === 1 + (n % size.users)
    database.members.insert({
      project: project.id,
      user,
      is_leader: isLeader,
      role: isLeader ? 'supervising' : pick(['research', 'technical', 'consulted', 'student', 'group']),
      time_allocation: below(10) / 10,
      position: isLeader ? 1 : 2 + below(20),
      comments: '',
      short_code: ''
    })
  }
}
