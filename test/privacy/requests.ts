import fc from 'fast-check'
import { READS, SITES } from './mirror-origin.js'

export interface World {
  readonly server: { readonly underscores: 'read' | 'dropped'; readonly cookieJoint: ',' | '; ' }
  /** The header sections of those who call, each identity-bearing field as it is sent. */
  readonly callers: readonly (readonly string[])[]
  readonly steps: readonly Step[]
  /** Steps under way at once. */
  readonly concurrency: number
}

export type Step = {
  readonly caller: number
  readonly delayMs: number
} & (
  | {
      readonly kind: 'read'
      readonly read: number
      readonly method: 'GET' | 'HEAD'
      readonly site: readonly string[]
      readonly host: string
    }
  | { readonly kind: 'log-out' }
  | { readonly kind: 'deactivate'; readonly user: number }
  | { readonly kind: 'write'; readonly path: string }
)

const user = fc.integer({ min: 2, max: 5 })
const token = fc.tuple(user, fc.constantFrom('a', 'b', 'c')).map(([number, letter]) => `${number}${letter}`)

const sessionCookie = fc.oneof(
  { weight: 8, arbitrary: token.map((value) => `sessionid=${value}`) },
  token.map((value) => `theme=dark;sessionid=${value}; spmscsrf=x`),
  token.map((value) => `theme=dark;  sessionid = ${value} ;other=1`),
  fc.tuple(token, token).map(([one, two]) => `sessionid=${one}; sessionid=${two}`),
  fc.constantFrom('sessionid=', 'sessionid=unknown', 'theme=dark; spmscsrf=x', 'mysessionid=2a')
)

const cookies = fc.oneof(
  { weight: 5, arbitrary: sessionCookie.map((field) => ['Cookie', field]) },
  fc.tuple(sessionCookie, sessionCookie).map(([one, two]) => ['Cookie', one, 'cookie', two]),
  sessionCookie.map((field) => ['Cookie', 'theme=dark', 'Cookie', field])
)

/** The four headers as single sign-on sets them. */
const signOnOf = (number: number): string[] => [
  ...['Remote-User', `user${number}`, 'X-Email', `user${number}@example.org`],
  ...['X-First-Name', 'First', 'X-Last-Name', 'Last']
]

const SPELLINGS = [
  'Remote-User',
  'remote-user',
  'Remote_User',
  'REMOTE-USER',
  'X-Email',
  'X_Email',
  'X-First-Name',
  'X-Last-Name',
  'X_Last-Name'
]

const oddField = fc
  .tuple(fc.constantFrom(...SPELLINGS), fc.constantFrom('user2', 'user3', 'user2,user3', '', 'First'))
  .map(([name, value]) => [name, value])

const signOn = fc.oneof(
  { weight: 3, arbitrary: user.map(signOnOf) },
  fc.tuple(user, fc.nat(3)).map(([number, missing]) => signOnOf(number).toSpliced(missing * 2, 2)),
  fc
    .tuple(user, fc.nat(3))
    .map(([number, at]) =>
      signOnOf(number).map((text, place) => (place === at * 2 ? text.replaceAll('-', '_') : text))
    ),
  fc.tuple(user, oddField).map(([number, odd]) => [...signOnOf(number), ...odd]),
  fc.tuple(oddField, user).map(([odd, number]) => [...odd, ...signOnOf(number)]),
  fc.array(oddField, { maxLength: 3 }).map((fields) => fields.flat())
)

const optional = <T>(arbitrary: fc.Arbitrary<T[]>, weight: number): fc.Arbitrary<T[]> =>
  fc.oneof({ weight, arbitrary }, { weight: 1, arbitrary: fc.constant<T[]>([]) })

const caller = fc
  .tuple(
    optional(cookies, 9),
    fc.oneof({ weight: 2, arbitrary: fc.constant<string[]>([]) }, { weight: 1, arbitrary: signOn }),
    fc.oneof(
      { weight: 6, arbitrary: fc.constant<string[]>([]) },
      { weight: 1, arbitrary: fc.constantFrom(['Authorization', 'Bearer a'], ['Authorization', 'Bearer b']) }
    ),
    fc.oneof(
      { weight: 6, arbitrary: fc.constant<string[]>([]) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          ['Connection', 'Remote-User, X-Email'],
          ['Connection', 'remote_user'],
          ['Connection', 'cookie, authorization, origin']
        )
      }
    ),
    fc.boolean()
  )
  .map(([cookie, signed, authorization, connection, isCookieFirst]) => [
    ...(isCookieFirst ? [...cookie, ...signed] : [...signed, ...cookie]),
    ...authorization,
    ...connection
  ])

const WRITES = [
  '/api/v1/projects/42/suspend',
  '/api/v1/users/2/remove_avatar',
  '/api/v1/users/unlisted',
  '/api/v1/agencies/unlisted'
]

const stepOf = (callers: number): fc.Arbitrary<Step> => {
  const common = { caller: fc.nat(callers - 1), delayMs: fc.constantFrom(0, 0, 0, 2, 5) }
  return fc.oneof(
    {
      weight: 250,
      arbitrary: fc.record({
        ...common,
        kind: fc.constant('read' as const),
        read: fc.nat(READS.length - 1),
        method: fc.constantFrom('GET' as const, 'GET' as const, 'GET' as const, 'HEAD' as const),
        site: fc.constantFrom(
          [],
          [],
          [],
          [],
          [],
          [],
          [],
          ['Origin', SITES[0] ?? ''],
          ['Origin', SITES[1] ?? ''],
          ['Origin', SITES[0] ?? '', 'origin', SITES[1] ?? ''],
          ['Origin', 'https://other.example']
        ),
        host: fc.constantFrom('spms.example', 'spms.example', 'spms.example', 'other.example')
      })
    },
    {
      weight: 4,
      arbitrary: fc.record({
        ...common,
        kind: fc.constant('write' as const),
        path: fc.constantFrom(...WRITES)
      })
    },
    { weight: 2, arbitrary: fc.record({ ...common, kind: fc.constant('log-out' as const) }) },
    { weight: 1, arbitrary: fc.record({ ...common, kind: fc.constant('deactivate' as const), user }) }
  )
}

const CALLERS = 8

/** So many steps, of eight callers before a server of either kind. */
export const worldOf = (steps: number): fc.Arbitrary<World> =>
  fc.record({
    server: fc.record({
      underscores: fc.constantFrom('read' as const, 'dropped' as const),
      cookieJoint: fc.constantFrom(',' as const, '; ' as const)
    }),
    callers: fc.array(caller, { minLength: CALLERS, maxLength: CALLERS, size: 'max' }),
    steps: fc.array(stepOf(CALLERS), { minLength: steps, maxLength: steps, size: 'max' }),
    concurrency: fc.integer({ min: 2, max: 16 })
  })
