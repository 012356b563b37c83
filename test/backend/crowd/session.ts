import { cookiesOf, PASSWORD, signOnHeaders, usernameOf, type Caller } from '../callers.js'
import { HOST } from '../start-backend.js'
import type { Browser } from './browser.js'
import { editOf } from './edits.js'
import type { Ledger } from './ledger.js'
import { pageOf } from './pages.js'
import type { Visitor } from './visitor.js'

export interface SessionOptions {
  readonly number: number
  readonly visitor: Visitor
  /** With the cookie of an earlier day; without it the first visit begins with a log-in. */
  readonly caller: Caller | undefined
  readonly browser: Browser
  readonly ledger: Ledger
  /** From one visit to the next, on average. */
  readonly everyMs: number
  /** No visit begins later. In epoch milliseconds. */
  readonly until: number
}

/** The shares of visits that end with an edit, and that begin with another log-in: assumptions. */
const EDITS = 0.08
const LOG_INS = 0.04

/** Looks at pages until the time is over; begins with a log-in where it is not signed in. */
export const liveSession = async (options: SessionOptions): Promise<void> => {
  const { visitor, browser, ledger, everyMs, until, number, caller } = options
  const { random } = visitor
  let isSignedIn = caller !== undefined
  if (caller !== undefined) browser.become(caller)
  for (let visits = 0; ; visits++) {
    const pause = -Math.log(1 - random()) * everyMs
    if (Date.now() + pause >= until) return
    await new Promise((wake) => setTimeout(wake, pause))
    const page = pageOf(visitor)
    ledger.page()
    if (!isSignedIn || random() < LOG_INS) {
      ledger.logIn()
      const name = `user ${visitor.user} in session ${number} since visit ${visits}`
      // The answer that signs somebody on is that of the page's first read.
      const rest = isSignedOn(number, visitor) ? page.slice(1) : page
      isSignedIn = await logIn({ ...options, name, isSignedIn })
      await browser.show(rest)
    } else {
      await browser.show(page)
    }
    if (random() >= EDITS) continue
    ledger.edit()
    const edit = editOf(visitor, number * 1000 + visits)
    await browser.change(edit, edit.drops)
    await browser.show(page)
  }
}

/** Who comes from outside signs in by the form, and every fourth of the others; the rest by single sign-on. */
export const isSignedOn = (number: number, { user }: Visitor): boolean => user % 10 !== 0 && number % 4 !== 0

type LogInOptions = SessionOptions & { readonly name: string; readonly isSignedIn: boolean }

/** Resolves with whether somebody was let in. */
const logIn = async ({ number, visitor, browser, name, isSignedIn }: LogInOptions): Promise<boolean> => {
  const isByHeaders = isSignedOn(number, visitor)
  const headers = isByHeaders ? signOnHeaders(visitor.user) : { host: HOST }
  if (!isByHeaders && isSignedIn) await browser.change({ write: 'POST users/log-out', status: 200 }, [])
  browser.become({ name: `nobody, then ${name}`, headers })
  const json = { username: usernameOf(visitor.user), password: PASSWORD }
  const answer = await browser.change(
    isByHeaders ? { write: 'GET users/me', status: 200 } : { write: 'POST users/log-in', json, status: 200 },
    []
  )
  if (answer === undefined) return false
  browser.become({ name, headers: { ...headers, ...cookiesOf(name, answer.headers['set-cookie']) } })
  return true
}
