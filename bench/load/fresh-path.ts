/** Names the projects of another user at each call: a path that no cache has seen. */
export const freshPaths = (): (() => string) => {
  let user = 1_000_000
  return () => `/api/v1/users/${user++}/projects`
}
