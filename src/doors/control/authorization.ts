import { createHash, timingSafeEqual } from 'node:crypto'

import { ProblemError } from '../problem.js'

/** Tells whether an `Authorization` field carries the token, in time that does not depend on where they differ. */
export const createAuthorization = (token: string): ((field: string | undefined) => boolean) => {
  const expected = digestOf(token)
  return (field) => {
    const given = /^Bearer +(.+)$/i.exec(field ?? '')?.[1]
    return given !== undefined && timingSafeEqual(digestOf(given), expected)
  }
}

export const unauthorized = (): ProblemError =>
  new ProblemError(401, 'This door asks for Authorization: Bearer with its token.', {
    errors: [{ field: 'authorization', detail: 'must carry the token' }],
    headers: { 'www-authenticate': 'Bearer' }
  })

const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest()
