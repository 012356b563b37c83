import type { Database } from '../../demo/origin/database.js'
import type { Invalidation, InvalidationKind } from '../../src/cache/invalidation.js'
import { PEOPLE } from './targets.js'

/** A change that can be made and announced in several ways. */
export interface Change {
  /** The parts of the data that it changes and that every one of its announcements reaches. */
  readonly parts: readonly string[]
  /** Makes it at the origin at once; returns the version of the changed row. */
  readonly commit: (database: Database) => number
  /** What the backend would say to the control door. */
  readonly announcements: Readonly<Record<InvalidationKind, Partial<Invalidation>>>
  /** The same change as a request through a sidecar. */
  readonly request: { readonly method: string; readonly path: string; readonly json: unknown }
}

export type WriteKind = InvalidationKind | 'proxy'

/** Everything that changes what the targets show. */
export const changesIn = (database: Database): readonly Change[] => [
  ...PEOPLE.map(renamePerson),
  ...database.projects.all().flatMap(({ id }) => {
    const team = database.members.where(({ project }) => project === id).map(({ user }) => user)
    const shown = PEOPLE.filter((person) => team.includes(person))
    return shown.length === 0 ? [] : [retitleProject(id, shown)]
  }),
  ...database.branches.all().map(({ id }) => renameBranch(id))
]

const renamePerson = (id: number): Change => ({
  parts: [`profile of ${id}`],
  commit: ({ users, clock }) => versionAfter(users, id, { display_first_name: `Name ${clock.tick}` }),
  announcements: {
    key: { keys: [`user:${id}:profile`] },
    tag: { tags: [`user:${id}`] },
    pattern: { patterns: [`spms:user:${id}:*`] },
    all: { all: true }
  },
  request: { method: 'PUT', path: `/api/v1/users/${id}`, json: { display_first_name: 'By proxy' } }
})

const retitleProject = (id: number, people: readonly number[]): Change => ({
  parts: people.map((person) => `projects of ${person}`),
  commit: ({ projects, clock }) => versionAfter(projects, id, { title: `Title ${clock.tick}` }),
  announcements: {
    key: { keys: people.map((person) => `user:${person}:projects`) },
    tag: { tags: [`project:${id}`] },
    pattern: { patterns: people.map((person) => `user:${person}:proj*`) },
    all: { all: true }
  },
  request: { method: 'PATCH', path: `/api/v1/projects/${id}`, json: { title: 'By proxy' } }
})

const renameBranch = (id: number): Change => ({
  parts: ['branches'],
  commit: ({ branches, clock }) => versionAfter(branches, id, { name: `Branch ${clock.tick}` }),
  announcements: {
    key: { keys: ['spms:agency:all:branches'] },
    tag: { tags: ['branches'] },
    pattern: { patterns: ['agency:*'] },
    all: { all: true }
  },
  request: { method: 'PUT', path: `/api/v1/agencies/branches/${id}`, json: { name: 'By proxy' } }
})

interface Rows<Row, Fields> {
  get(id: number): Row | undefined
  update(row: Row, changes: Fields): { readonly version: number }
}

const versionAfter = <Row, Fields>(rows: Rows<Row, Fields>, id: number, changes: Fields): number => {
  const row = rows.get(id)
  if (row === undefined) throw new Error(`The sample has no row ${id}.`)
  return rows.update(row, changes).version
}
