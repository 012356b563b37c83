import { Type } from '@sinclair/typebox'
import { TOKEN } from '../../cache/locks/lease.js'

// What the calls of locks take and give.

const strict = { additionalProperties: false }

const Token = Type.String({ pattern: TOKEN.source, description: 'As it was given with the lock' })

const Ttl = Type.Integer({
  minimum: 1,
  maximum: 3600,
  description: 'Seconds from now until the lock ends by itself'
})

export const AcquireBody = Type.Object(
  {
    ttl: Ttl,
    wait: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 30,
        default: 0,
        description: 'Seconds to wait while another has it'
      })
    )
  },
  strict
)

export const AcquiredAnswer = Type.Object(
  {
    token: Type.String({ description: 'To renew and release it with' }),
    fence: Type.String({
      description:
        'Grows with each acquisition of this lock, compared as text: what the lock protects can refuse one that is smaller than the last'
    }),
    position: Type.String({ description: 'A value that is read from now on may be put with this' }),
    ttl: Type.Integer()
  },
  { description: 'The caller has the lock' }
)

export const RenewBody = Type.Object({ token: Token, ttl: Ttl }, strict)

export const RenewedAnswer = Type.Object(
  { ttl: Type.Integer() },
  { description: 'The caller still has the lock, for ttl seconds from now' }
)

export const ReleaseQuery = Type.Object({ token: Token }, strict)

export const LockState = Type.Object(
  {
    held: Type.Boolean(),
    ttl: Type.Integer({ description: 'Seconds until it ends by itself; 0 when nobody has it' })
  },
  { description: 'As of now: the next moment it may be otherwise' }
)
