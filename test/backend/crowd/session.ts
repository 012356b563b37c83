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
  /** Everything takes this fraction of its time. */
  readonly haste: number
  /** No visit begins later. In epoch milliseconds. */
  readonly until: number
}

/** Assumptions: the shares of visits that begin with another log-in, and of pages on which something is edited. */
const LOG_INS = 0.04
const EDITS = 0.03
/** Of a visit's pages, on average, and from one to the next. */
const PAGES = 3
const PAGE_MS = 15_000

/** Visits until the time is over. The first visit begins with a log-in where somebody is not signed in. */
export const liveSession = async (options: SessionOptions): Promise<void> => {
  const { visitor, browser, ledger, everyMs, until, caller, haste } = options
  const { random } = visitor
  /** Resolves with whether there is time left. */
  const pause = async (meanMs: number): Promise<boolean> => {
    const ms = -Math.log(1 - random()) * meanMs
    if (Date.now() + ms >= until) return false
    await new Promise((wake) => setTimeout(wake, ms))
    return true
  }
  let isSignedIn = caller !== undefined
  if (caller !== undefined) browser.become(caller)
  for (let pages = 0; await pause(everyMs);) {
    let page = pageOf(visitor, true)
    if (!isSignedIn || random() < LOG_INS) {
      ledger.logIn()
      const name = `user ${visitor.user} in session ${options.number} since page ${pages}`
      isSignedIn = await logIn({ ...options, name, isSignedIn })
      // The answer that signs somebody on is that of the page's first read.
      if (isSignedOn(options)) page = page.slice(1)
    }
    do {
      pages++
      ledger.page()
      await browser.show(page)
      if (random() < EDITS) {
        ledger.edit()
        const edit = editOf(visitor, options.number * 1000 + pages)
        await browser.change(edit, edit.drops)
        await browser.show(page)
      }
      page = pageOf(visitor, false)
    } while (random() < 1 - 1 / PAGES && (await pause(PAGE_MS / haste)))
  }
}

/** Who comes from outside signs in by the form, and every fourth of the others; the rest by single sign-on. */
export const isSignedOn = ({ number, visitor }: Pick<SessionOptions, 'number' | 'visitor'>): boolean =>
  visitor.user % 10 !== 0 && number % 4 !== 0

type LogInOptions = SessionOptions & { readonly name: string; readonly isSignedIn: boolean }

/** Resolves with whether somebody was let in. */
const logIn = async (options: LogInOptions): Promise<boolean> => {
  const { visitor, browser, name, isSignedIn } = options
  const isByHeaders = isSignedOn(options)
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
