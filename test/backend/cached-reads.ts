/** A read for which the resource table has a row. */
export interface CachedRead {
  /** Below `/api/v1/`. */
  readonly path: string
  /** The path of its row. */
  readonly row: string
  readonly scope: 'public' | 'authenticated' | 'identity'
}

const read = (row: string, scope: CachedRead['scope'], number?: number): CachedRead => ({
  path: number === undefined ? row : row.replace('{id}', `${number}`),
  row: `/api/v1/${row}`,
  scope
})

/** Every read row of the table, for these users and staff profiles. */
export const cachedReads = (users: readonly number[], profiles: readonly number[]): readonly CachedRead[] => [
  read('projects/mine', 'identity'),
  read('users/me', 'identity'),
  read('agencies/branches', 'authenticated'),
  read('users/staffprofiles', 'public'),
  { ...read('users/staffprofiles', 'public'), path: 'users/staffprofiles?page=2&page_size=20' },
  ...users.flatMap((user) => [
    read('users/{id}', 'authenticated', user),
    read('users/{id}/projects', 'public', user),
    read('users/{id}/projects_staff_profile', 'public', user)
  ]),
  ...profiles.flatMap((profile) => [
    read('users/staffprofiles/{id}', 'public', profile),
    read('users/staffprofiles/{id}/hero', 'public', profile),
    read('users/staffprofiles/{id}/overview', 'public', profile),
    read('users/staffprofiles/{id}/cv', 'public', profile)
  ])
]

/** The body but for the time of the last log-in, which is as old as the entry by design. */
export const comparable = (body: Buffer): string =>
  body.toString().replaceAll(/"last_login":(null|"[^"]*")/g, '"last_login":-')
