import fc from 'fast-check'
import t from 'tap'
import { get, type HttpAnswer } from '../support/http.js'
import { isHit, logIn, sidecarFor, startBackend } from './backend.js'
import { inTurns } from './in-turns.js'

const ME = '/api/v1/users/me'
const SEED = 20261130
const SPELLINGS = 300

/** What a parser of cookies may or may not see through, as bytes of UTF-8 and as single bytes. */
const ODD = [
  ...[
    '"',
    "'",
    ' ',
    '\t',
    ',',
    '[]',
    '[0]',
    '%73',
    '\\',
    '/',
    '$',
    '(',
    '@',
    ':',
    '{',
    '=',
    'a',
    '__Host-',
    '.'
  ],
  ...['\u00a0', '\u0085', '\ufeff', '\u200b', '\u2003', '\u3000', '\u00ad'].flatMap((each) => [
    Buffer.from(each).toString('latin1'),
    each.length === 1 && each.charCodeAt(0) < 256 ? each : ''
  ])
]

const odd = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('', ' ') },
  { weight: 1, arbitrary: fc.constantFrom(...ODD) }
)
const name = fc.oneof(
  { weight: 9, arbitrary: fc.constant('sessionid') },
  { weight: 1, arbitrary: fc.constantFrom('SessionID', 'SESSIONID', 'session_id', 'sessionId') }
)

const pair = (values: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(odd, name, odd, fc.constant('='), odd, fc.constantFrom(...values), odd)
    .map((parts) => parts.join(''))

const cookieField = (values: readonly string[]): fc.Arbitrary<string> => {
  const others = fc.constantFrom('a=b', '', 'x')
  const pairs = fc.array(fc.oneof({ weight: 3, arbitrary: pair(values) }, { weight: 1, arbitrary: others }), {
    minLength: 1,
    maxLength: 3
  })
  const between = fc.constantFrom('; ', ';', ' ; ', ',')
  return fc.tuple(pairs, between).map(([all, by]) => all.join(by))
}

/** The spellings of an attacker, and as many made by chance. */
const spellings = (value: string, other: string): readonly string[] => [
  `"sessionid"=${value}`,
  `sessionid[]=${value}`,
  `\u00ef\u00bb\u00bfsessionid=${value}`,
  ` sessionid=${value}`,
  `\tsessionid=${value}`,
  `sessionid =${value}`,
  `sessionid= ${value}`,
  `sessionid="${value}"`,
  `\u00a0sessionid=${value}`,
  `\u00c2\u00a0sessionid=${value}`,
  `sessionid=${other}; sessionid=${value}`,
  `sessionid=${value}; sessionid=${other}`,
  `sessionid=${value}; a=b`,
  `SESSIONID=${value}`,
  `sessionid=${value},a=b`,
  ...fc.sample(cookieField([value, value, other, 'x', '']), { numRuns: SPELLINGS, seed: SEED })
]

/** Whose answer it is. */
const whose = ({ status, body }: HttpAnswer): string => `${status} ${body.toString()}`

void t.test(
  'a cookie is somebody behind the sidecar only if it is to Django, whatever is warm',
  async (t) => {
    const origin = await startBackend(t)
    const { proxy } = await sidecarFor(t, origin)
    const ann = await logIn(origin, 'ann')
    const bob = await logIn(origin, 'bob')
    const warm = [ann, bob].map(({ sessionid }) => ({ cookie: `sessionid=${sessionid}` }))
    const areHits = async (): Promise<boolean> => {
      const answers = await Promise.all(warm.map((headers) => get(proxy + ME, { headers })))
      return answers.every(isHit)
    }
    await areHits()
    t.ok(await areHits(), 'the plain cookies have entries')

    const counts = { in: 0, out: 0, hits: 0 }
    const wrong = await inTurns(spellings(ann.sessionid, bob.sessionid), async (cookie) => {
      const headers = { cookie }
      const right = whose(await get(origin + ME, { headers }))
      const answers = [await get(proxy + ME, { headers }), await get(proxy + ME, { headers })]
      counts[right.startsWith('200') ? 'in' : 'out']++
      if (answers.some(isHit)) counts.hits++
      return answers.map(whose).every((answer) => answer === right)
        ? []
        : [`${JSON.stringify(cookie)}: ${right}`]
    })
    t.strictSame(wrong.flat(), [])
    t.comment(`${counts.in} spellings are let in by Django, ${counts.out} are not; ${counts.hits} had hits`)
    t.ok(counts.in > 50 && counts.out > 50 && counts.hits > 50)
    t.ok(await areHits(), 'and nobody ends the entries of the plain cookies')
  }
)
