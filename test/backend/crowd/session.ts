import { PASSWORD, signOnHeaders, usernameOf, type Caller } from '../callers.js'
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
  /** The share of pages on which something is edited. */
  readonly edits: number
  /** No visit begins later. In epoch milliseconds. */
  readonly until: number
}

/** An assumption: the share of visits that begin with another log-in. */
const LOG_INS = 0.04
/** Of a visit's pages, on average, and from one to the next. */
const PAGES = 3
const PAGE_MS = 15_000

/** Visits until the time is over. The first visit begins with a log-in where somebody is not signed in. */
export const liveSession = async (options: SessionOptions): Promise<void> => {
  const { visitor, browser, ledger, everyMs, until, caller, haste, edits } = options
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
      isSignedIn = await logIn(options, isSignedIn)
      // The answer that signs somebody on is that of the page's first read.
      if (isSignedOn(options)) page = page.slice(1)
    }
    do {
      pages++
      ledger.page()
      await browser.show(page)
      if (random() < edits) {
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

/** Resolves with whether somebody was let in. */
const logIn = async (options: SessionOptions, isSignedIn: boolean): Promise<boolean> => {
  const { visitor, browser, number } = options
  const name = `user ${visitor.user} in session ${number}`
  if (isSignedOn(options)) {
    browser.become({ name, headers: signOnHeaders(visitor.user) })
    return (await browser.change({ write: 'GET users/me', status: 200 }, [])) !== undefined
  }
  if (isSignedIn) await browser.change({ write: 'POST users/log-out', status: 200 }, [])
  browser.become({ name, headers: { host: HOST } })
  const json = { username: usernameOf(visitor.user), password: PASSWORD }
  return (await browser.change({ write: 'POST users/log-in', json, status: 200 }, [])) !== undefined
}
