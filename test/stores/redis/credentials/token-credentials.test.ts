import t, { type Test } from 'tap'
import {
  type Token,
  TokenCredentials,
  type TokenCredentialsOptions
} from '../../../../src/stores/redis/credentials/token-credentials.js'
import type { Login } from '../../../../src/stores/redis/credentials/credentials.js'
import type { Clock } from '../../../../src/stores/time-budget.js'
import { createRecorder } from '../../observer.js'

const MINUTE = 60_000
/** When a token of an hour is renewed, with a random number of 0.5. */
const DUE = 37.2 * MINUTE

/** A clock that goes on when it is told to, and then lets everything happen that is due. */
const createTimers = () => {
  let now = 0
  let timers: { readonly at: number; readonly run: () => void }[] = []
  const clock: Clock = {
    now: () => now,
    after: (ms, run) => {
      const timer = { at: now + ms, run }
      timers.push(timer)
      return () => void (timers = timers.filter((other) => other !== timer))
    }
  }
  const settle = () => new Promise((wake) => setImmediate(wake))
  const pass = async (ms: number): Promise<void> => {
    await settle()
    const until = now + ms
    for (;;) {
      const [next] = timers.filter(({ at }) => at <= until).sort((one, other) => one.at - other.at)
      if (next === undefined) break
      timers = timers.filter((other) => other !== next)
      now = Math.max(now, next.at)
      next.run()
      await settle()
    }
    now = until
  }
  return { clock, pass }
}

/** Tokens 1, 2, … of an hour, unless the test has the endpoint do something else. */
const start = (t: Test, options: Partial<TokenCredentialsOptions> = {}) => {
  const { clock, pass } = createTimers()
  const { told, ...observer } = createRecorder()
  const asked: number[] = []
  let fetchToken = (): Promise<Token> =>
    Promise.resolve({ login: { username: 'me', password: `${asked.length}` }, lifetimeMs: 60 * MINUTE })
  const credentials = new TokenCredentials({
    fetchToken: () => {
      asked.push(clock.now())
      return fetchToken()
    },
    observer,
    now: () => 1_000_000 + clock.now(),
    random: () => 0.5,
    clock,
    ...options
  })
  t.teardown(() => credentials.close())
  return {
    ...{ credentials, pass, asked, told },
    endpoint: (manner: () => Promise<Token>) => (fetchToken = manner),
    password: async () => (await credentials.login()).password
  }
}

const tokenOf = (password: string, lifetimeMs = 60 * MINUTE): Token => ({
  login: { username: 'me', password },
  lifetimeMs
})
const failWith = (message: string) => () => Promise.reject(new Error(message))
const never = () => new Promise<never>(() => undefined)

t.test('a token is renewed when a third of its life is left, and given to the connection', async (t) => {
  const { credentials, pass, asked, told, password } = start(t)
  const given: string[] = []
  credentials.whenRenewed(async (login: Login) => void given.push(login.password))
  t.equal(await password(), '1')
  await pass(37 * MINUTE)
  t.strictSame(given, ['1'])
  t.strictSame(told.tokenRenewed, [{ expiresAt: 1_000_000 + 60 * MINUTE }])
  await pass(2 * MINUTE)
  t.strictSame(given, ['1', '2'])
  t.equal(await password(), '2')
  await pass(600 * MINUTE)
  t.equal(asked.length, 18)
  t.equal(told.tokenNotRenewed.length, 0)
})

t.test('an attempt that fails is made again, later each time, and the token is used meanwhile', async (t) => {
  const { endpoint, pass, asked, told, password } = start(t)
  await password()
  endpoint(failWith('no\n  way'))
  await pass(39 * MINUTE)
  t.equal(await password(), '1')
  const gaps = asked.slice(1).map((at, index) => Math.round((at - (asked[index] ?? 0)) / 1000))
  t.strictSame(gaps, [DUE / 1000, 1, 2, 4, 8, 16, 32])
  t.match(told.tokenNotRenewed, [
    { reason: 'no way', failures: 1 },
    { reason: 'no way', failures: 2 }
  ])
  await pass(10 * MINUTE)
  const [last = 0, before = 0] = asked.slice(-2).reverse()
  t.equal(last - before, MINUTE, 'at the latest after a minute')
  endpoint(() => Promise.resolve(tokenOf('new')))
  await pass(MINUTE)
  t.equal(await password(), 'new')
  t.equal(told.tokenRenewed.length, 2)
})

t.test('a token that has expired is not used, and the reason is why there is no other', async (t) => {
  const { endpoint, pass, password } = start(t)
  await password()
  endpoint(failWith('first'))
  await pass(50 * MINUTE)
  endpoint(failWith('<html>\n'.repeat(1000)))
  await pass(11 * MINUTE)
  await t.rejects(password(), {
    name: 'StoreUnavailableError',
    kind: 'no-credentials',
    message: /^no token to log in with: (<html> ?){10,60}\S*$/
  })
})

t.test('why there was none before the last token is not why there is none now', async (t) => {
  const { endpoint, pass, password } = start(t)
  await password()
  endpoint(failWith('no way'))
  await pass(DUE + 1)
  endpoint(() => Promise.resolve(tokenOf('short', 10_000)))
  await pass(5000)
  endpoint(never)
  await pass(5000)
  const rejected = t.rejects(password(), { message: 'no token to log in with: none has come yet' })
  await pass(2100)
  await rejected
})

t.test('an endpoint that hangs is waited for within bounds', async (t) => {
  const signals: AbortSignal[] = []
  const { credentials, pass, told } = start(t, {
    fetchToken: (signal) => {
      signals.push(signal)
      return never()
    }
  })
  const login = t.rejects(credentials.login(), {
    kind: 'no-credentials',
    message: 'no token to log in with: none has come yet'
  })
  await pass(2100)
  await login
  t.equal(signals[0]?.aborted, false, 'the attempt goes on')
  await pass(8000)
  t.equal(signals[0]?.aborted, true, 'until nobody waits for it any longer')
  t.match(told.tokenNotRenewed, [{ reason: 'no answer within 10000 ms' }])
  await pass(1500)
  t.equal(signals.length, 2)
})

t.test(
  'a login waits for a newer token where there may be one, and takes the old one where there is none',
  async (t) => {
    const { endpoint, pass, password } = start(t)
    await password()
    let come: (token: Token) => void = () => undefined
    endpoint(() => new Promise((resolve) => (come = resolve)))
    await pass(DUE + 10)
    const newer = password()
    await pass(100)
    come(tokenOf('newer'))
    t.equal(await newer, 'newer')

    endpoint(never)
    await pass(DUE + 10)
    const older = password()
    await pass(2100)
    t.equal(await older, 'newer', 'it is still good')
  }
)

t.test('many who ask at once are one request, and none is made between two attempts', async (t) => {
  const { endpoint, pass, asked, credentials } = start(t)
  endpoint(failWith('no'))
  await credentials.login()
  await pass(60 * MINUTE)
  const before = asked.length
  await Promise.allSettled(Array.from({ length: 10 }, () => credentials.login()))
  t.equal(asked.length, before)
})

t.test('a token that the connection does not take is another attempt', async (t) => {
  const { credentials, pass, asked, told, password } = start(t)
  let refusals = 2
  credentials.whenRenewed(() => (refusals-- > 0 ? Promise.reject(new Error('WRONGPASS')) : Promise.resolve()))
  await pass(5000)
  t.equal(asked.length, 3)
  t.match(told.tokenNotRenewed, [{ reason: 'WRONGPASS', failures: 1 }, { failures: 2 }])
  t.equal(told.tokenRenewed.length, 1)
  t.equal(await password(), '3')
})

t.test('one that a new connection may not log in with is replaced, unless it is new itself', async (t) => {
  const { credentials, pass, asked } = start(t)
  const login = await credentials.login()
  credentials.refused(login)
  await pass(0)
  t.equal(asked.length, 1)
  await pass(MINUTE)
  credentials.refused({ ...login })
  await pass(0)
  t.equal(asked.length, 1, 'it has been replaced already')
  credentials.refused(login)
  await pass(0)
  t.equal(asked.length, 2)
})

t.test(
  'a life of nearly nothing does not make it ask all the time, one of months does not either',
  async (t) => {
    const short = start(t, { fetchToken: () => Promise.resolve(tokenOf('short', 1)) })
    await short.pass(10_000)
    t.ok(short.told.tokenRenewed.length <= 12, String(short.told.tokenRenewed.length))

    const long = start(t, { fetchToken: () => Promise.resolve(tokenOf('long', 365 * 24 * 60 * MINUTE)) })
    await long.pass(MINUTE)
    t.equal(long.told.tokenRenewed.length, 1)
  }
)

t.test('closed, it asks no more', async (t) => {
  const { credentials, pass, asked } = start(t)
  await pass(1000)
  credentials.close()
  await pass(600 * MINUTE)
  t.equal(asked.length, 1)
})
