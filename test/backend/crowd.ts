import { http } from '../support/http.js'
import { cachedReads, type CachedRead } from './cached-reads.js'
import { signIn, type Caller } from './callers.js'

export interface CrowdOptions {
  readonly backend: string
  /** Of the sidecars, among which the sessions are shared out. */
  readonly proxies: readonly string[]
  readonly sessions: number
  readonly seconds: number
  /** From one page to the next of one session. */
  readonly pauseMs: number
}

export interface CrowdReport {
  readonly pages: number
  readonly edits: number
  /** Answers that the backend alone would not have given, with what was asked. */
  readonly failures: readonly string[]
  /** By the path of the row: how many reads, and how many of them were hits. */
  readonly rows: ReadonlyMap<string, { readonly reads: number; readonly hits: number }>
}

/** Signed-in people who look at their own pages, at colleagues and at the directory, and edit now and then. */
export const sendCrowd = async (options: CrowdOptions): Promise<CrowdReport> => {
  const { backend, proxies, sessions, seconds, pauseMs } = options
  const until = Date.now() + seconds * 1000
  const rows = new Map<string, { reads: number; hits: number }>()
  const failures: string[] = []
  let pages = 0
  let edits = 0

  const send = async (title: string, expected: number, request: () => ReturnType<typeof http>) => {
    try {
      const answer = await request()
      if (answer.status !== expected)
        failures.push(`${title}: ${answer.status} ${answer.text().slice(0, 200)}`)
      return answer
    } catch (error) {
      failures.push(`${title}: ${String(error)}`)
      return undefined
    }
  }

  const view = async (base: string, { name, headers }: Caller, read: CachedRead): Promise<void> => {
    pages++
    const title = `${read.path} of ${name}`
    const answer = await send(title, 200, () => http(`${base}/api/v1/${read.path}`, { headers }))
    const count = rows.get(read.row) ?? { reads: 0, hits: 0 }
    count.reads++
    if (String(answer?.headers['cache-status']).startsWith('spms; hit')) count.hits++
    rows.set(read.row, count)
  }

  const edit = async (base: string, { name, headers }: Caller, user: number): Promise<void> => {
    edits++
    const json = { ...headers, 'content-type': 'application/json' }
    const body = JSON.stringify({ phone: `${edits}`, display_first_name: `Name ${edits}` })
    await send(`an edit of ${name}`, 202, () =>
      http(`${base}/api/v1/users/${user}/pi`, { method: 'PUT', headers: json, body })
    )
  }

  const visit = async (session: number): Promise<void> => {
    const user = 1 + (session % USERS)
    const caller = await signIn(backend, `user ${user}`, user)
    const base = proxies[session % proxies.length] ?? ''
    while (Date.now() < until) {
      if (Math.random() < EDITS) await edit(base, caller, user)
      else await view(base, caller, pick(readsOf(user)))
      await new Promise((wake) => setTimeout(wake, pauseMs * (0.5 + Math.random())))
    }
  }
  await Promise.all(Array.from({ length: sessions }, (_, session) => visit(session)))
  return { pages, edits, failures, rows }
}

const USERS = 60
/** The share of edits among the requests. */
const EDITS = 0.03

/** Half of the pages are a visitor's own, which every page of the frontend asks for; the others are a few colleagues'. */
const readsOf = (user: number): readonly CachedRead[] => {
  const reads = cachedReads([1 + Math.floor(Math.random() * 12)], [1 + Math.floor(Math.random() * 12)])
  const own = cachedReads([user], []).filter(({ scope }) => scope !== 'public')
  return Math.random() < 0.5 ? own : reads
}

const pick = <T>(from: readonly T[]): T => {
  const picked = from[Math.floor(Math.random() * from.length)]
  if (picked === undefined) throw new Error('There is nothing to pick from.')
  return picked
}
