import type { Origin } from '../../demo/origin/origin.js'
import type { HttpAnswer } from '../support/http.js'

/** What a caller asks for again and again. */
export interface Target {
  readonly name: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** The part of the data that it shows: a write names the parts that it changes. */
  readonly part: string
}

/** Few, so that readers meet: the same for all sidecars, whose ports would else be part of the key. */
export const HOST = 'spms.test'
export const PEOPLE = [2, 3] as const

/** Reads of all three scopes, by two people. */
export const targetsAt = (origin: Origin): readonly Target[] =>
  PEOPLE.flatMap((person, at) => {
    const { cookie } = origin.signIn(person)
    const colleague = PEOPLE[1 - at] ?? person
    const target = (path: string, part: string, headers: Readonly<Record<string, string>>): Target => ({
      name: `${path} as ${headers['cookie'] === undefined ? 'nobody' : `user ${person}`}`,
      path: `/api/v1/${path}`,
      headers: { host: HOST, ...headers },
      part
    })
    return [
      target(`users/${person}/projects`, `projects of ${person}`, {}),
      target('agencies/branches', 'branches', { cookie }),
      target(`users/${person}`, `profile of ${person}`, { cookie }),
      target(`users/${colleague}`, `profile of ${colleague}`, { cookie }),
      target('users/me', `profile of ${person}`, { cookie }),
      target('projects/mine', `projects of ${person}`, { cookie })
    ]
  })

/** The version of the newest row that the answer shows; rows within rows do not count. */
export const versionIn = (answer: HttpAnswer): number => {
  const json = answer.json()
  return Math.max(...(Array.isArray(json) ? json : [json]).map(versionOf))
}

const versionOf = (row: unknown): number =>
  typeof row === 'object' && row !== null && 'version' in row ? Number(row.version) : NaN

/** A sample small enough to spend the time on the sidecars. */
export const SAMPLE = { users: 6, projects: 8, branches: 4 }
