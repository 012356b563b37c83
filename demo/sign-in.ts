import type { Answer } from './client.js'

/** What a signed-in browser sends. */
export interface SignIn {
  readonly cookie: string
  readonly token: string
  readonly headers: Readonly<Record<string, string>>
}

export const signInOf = (answer: Answer): SignIn => {
  const cookie = answer.cookies.map((line) => line.replace(/;.*/, '')).join('; ')
  const token = /spmscsrf=(\w+)/.exec(cookie)?.[1] ?? ''
  return { cookie, token, headers: { cookie, 'x-csrftoken': token } }
}
