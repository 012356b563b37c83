import { COLLEAGUE, PASSWORD, usernameOf } from './callers.js'
import type { WriteCase } from './write-case.js'

const NEXT = 'another-password'

/** The rows that end sessions. */
export const sessionWrites: readonly WriteCase[] = [
  // As somebody else: the session of before ends.
  {
    write: 'POST users/log-in',
    as: 'subject',
    json: { username: usernameOf(COLLEAGUE), password: PASSWORD },
    status: 200,
    endsSessions: true,
    signInAfter: PASSWORD
  },
  {
    write: 'POST users/log-out',
    as: 'subject elsewhere',
    status: 200,
    endsSessions: true,
    signInAfter: PASSWORD
  },
  {
    write: 'POST /admin/login/',
    as: 'subject',
    form: { username: usernameOf(COLLEAGUE), password: PASSWORD },
    status: 302,
    endsSessions: true,
    signInAfter: PASSWORD
  },
  // Forms are read from a POST only: this one is empty.
  {
    write: 'PUT /admin/login/',
    as: 'subject',
    form: { username: usernameOf(COLLEAGUE), password: PASSWORD },
    status: 200,
    isUnseen: true
  },
  {
    write: 'POST /admin/logout/',
    as: 'subject',
    form: {},
    status: 200,
    endsSessions: true,
    signInAfter: PASSWORD
  },
  { write: 'PUT /admin/logout/', as: 'subject', status: 405, isUnseen: true },
  { write: 'PATCH /admin/logout/', as: 'subject', status: 405, isUnseen: true },
  { write: 'DELETE /admin/logout/', as: 'subject', status: 405, isUnseen: true },
  {
    write: 'POST /admin/password_change/',
    as: 'subject',
    form: { old_password: PASSWORD, new_password1: NEXT, new_password2: NEXT },
    status: 302,
    endsSessions: true,
    signInAfter: NEXT
  },
  {
    write: 'PUT users/change-password',
    as: 'subject',
    json: { old_password: NEXT, new_password: PASSWORD },
    status: 200,
    endsSessions: true,
    signInAfter: PASSWORD
  }
]
