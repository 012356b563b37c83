import { pickBy, type Visitor } from './visitor.js'

/** One request of a page. Without a status the backend answers 200. */
export interface Query {
  /** Below `/api/v1/`. */
  readonly path: string
  /** A read in the form of a POST. */
  readonly json?: unknown
  /** How long the frontend's query cache takes the answer for fresh. */
  readonly staleSeconds: number
}

/** The requests of one step are sent at once, and the next step when all are answered. */
export type Steps = readonly (readonly Query[])[]

const read = (path: string, staleSeconds = MEDIUM): Query => ({ path, staleSeconds })
const post = (path: string, json: unknown): Query => ({ path, json, staleSeconds: MEDIUM })

/** `frontend/src/shared/constants/query.ts`. */
const SHORT = 120
const MEDIUM = 300
const LONG = 600
const VERY_LONG = 1800

/** What the frontend asks for before it shows any page: `main.tsx` and the store of who is signed in. */
const start: Steps = [
  [read('users/me')],
  [read('agencies/branches', LONG), read('agencies/business_areas', VERY_LONG)]
]

const dashboard = ({ user }: Visitor): Steps => [
  [
    read('documents/projectdocuments/pendingmyaction', SHORT),
    read('documents/endorsements/pendingmyaction', SHORT),
    read('adminoptions/tasks', SHORT),
    read('projects/mine'),
    read(`caretakers/tasks/${user}`),
    read(`caretakers/requests?user_id=${user}`, LONG)
  ]
]

const project = (visitor: Visitor): Steps => [[read(`projects/${visitor.project()}`)]]

const projects = ({ random }: Visitor): Steps => [
  [
    read(
      random() < 0.3 ? 'projects/list?page=1&searchTerm=study%201' : `projects/list?page=${first(random, 5)}`
    ),
    read('projects/listofyears', VERY_LONG)
  ]
]

const directory = ({ random }: Visitor): Steps => [[read(`users/staffprofiles?page=${first(random, 3)}`)]]

const staffProfile = (visitor: Visitor): Steps => {
  const { user, staffProfile: profile } = visitor.colleague()
  const { random } = visitor
  return [
    [read(`users/${user}/staffprofiles`)],
    [read(`users/staffprofiles/${profile}/hero`), read(`users/staffprofiles/${profile}/overview`)],
    random() < 0.5 ? [read(`users/${user}/projects_staff_profile`)] : [],
    random() < 0.4 ? [read(`users/staffprofiles/${profile}/cv`)] : []
  ]
}

const users = ({ random }: Visitor): Steps => [[read(`users/list?page=${first(random, 3)}`)]]

const user = (visitor: Visitor): Steps => {
  const other = visitor.colleague().user
  return [
    [
      read(`users/${other}`),
      read(`users/${other}/projects`),
      read('caretakers/check'),
      read(`caretakers/requests?user_id=${other}`, LONG),
      post(`adminoptions/tasks/check/${other}`, {})
    ]
  ]
}

const ownProfile = ({ staffProfile: own }: Visitor): Steps => [
  [read('caretakers/check'), ...(own === undefined ? [] : [read(`users/staffprofiles/${own}`)])]
]

const ownArea = ({ user: leader }: Visitor): Steps => [
  [read('agencies/business_areas/mine')],
  [
    post('agencies/business_areas/unapproved_docs', { baArray: [leader - 1] }),
    post('agencies/business_areas/problematic_projects', { baArray: [leader - 1] })
  ]
]

const map = (): Steps => [[read('projects/list?page=1&page_size=100'), read('locations/list', VERY_LONG)]]

/** The pages of the frontend, with how often they are looked at: an assumption, as is every number here. */
const PAGES: readonly (readonly [(visitor: Visitor) => Steps, number])[] = [
  [project, 24],
  [dashboard, 20],
  [staffProfile, 16],
  [projects, 14],
  [directory, 8],
  [user, 6],
  [users, 5],
  [ownProfile, 4],
  [map, 3]
]
/** Of the visits, the others begin with an address. */
const BEGIN_WITH_DASHBOARD = 0.6

/** A page from its address on. Who leads a business area looks at it, too. */
export const pageOf = (visitor: Visitor, isFirst: boolean): Steps => {
  if (isFirst && visitor.random() < BEGIN_WITH_DASHBOARD) return [...start, ...dashboard(visitor)]
  const pages = visitor.leadsArea ? [...PAGES, [ownArea, 10] as const] : PAGES
  return [...start, ...pickBy(visitor.random, pages)(visitor)]
}

/** The first page of a list is looked at most. */
const first = (random: () => number, pages: number): number =>
  random() < 0.7 ? 1 : 1 + Math.floor(random() * pages)
