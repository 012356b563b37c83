import type { RequestParts } from './connection.js'
import { CALLER } from './entrant.js'

/** Different reads, so that what is collapsed into one origin request is little. */
export const USERS = 200

/** Of the first user; the others follow. */
export const FIRST_USER = 100

export const projectsPath = (user: number): string => `/api/v1/users/${user}/projects`

/** Reads the projects of all users in turn. */
export const userReads = (): (() => RequestParts) => {
  let sent = 0
  return () => ({ method: 'GET', path: projectsPath(FIRST_USER + (sent++ % USERS)), headers: CALLER })
}
