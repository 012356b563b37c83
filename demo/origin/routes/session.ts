import { anyone, ok, signedIn } from '../route.js'
import type { Route } from '../route.js'

export const sessionRoutes: readonly Route[] = [
  anyone('POST', '/api/v1/users/log-in', ({ database, sessions, fields }) => {
    const username = fields.text('username')
    const password = fields.text('password')
    if (username === undefined || password === undefined) {
      return { status: 400, json: { detail: 'Username and password are required' } }
    }
    const user = database.users.find((row) => row.username === username)
    // The API answers 200 to a wrong password too.
    if (user?.is_active !== true || user.password !== password) return ok({ error: 'Incorrect password' })
    const { sessionId, csrfToken } = sessions.open(user.id)
    return {
      ...ok({ ok: 'Welcome' }),
      headers: [
        ['set-cookie', `spmscsrf=${csrfToken}; Path=/; Max-Age=31449600; SameSite=Lax`],
        ['set-cookie', `sessionid=${sessionId}; HttpOnly; Path=/; Max-Age=1209600; SameSite=Lax`]
      ]
    }
  }),

  signedIn('POST', '/api/v1/users/log-out', ({ sessions, cookies }) => {
    sessions.close(cookies.get('sessionid') ?? '')
    const expired = 'expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0'
    return { ...ok({ ok: 'True' }), headers: [['set-cookie', `sessionid=""; ${expired}; Path=/`]] }
  }),

  signedIn('PUT', '/api/v1/users/change-password', ({ database, sessions, caller, fields }) => {
    const password = fields.text('new_password')
    if (password === undefined || fields.text('old_password') !== caller.password) {
      return { status: 400, json: { error: 'Incorrect password' } }
    }
    database.users.update(caller, { password })
    sessions.closeAllOf(caller.id)
    return ok({ ok: 'Password changed successfully' })
  })
]
