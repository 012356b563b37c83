import { http, type HttpAnswer, type HttpOptions } from '../../support/http.js'
import { withCookies, type Caller } from '../callers.js'
import { comparable } from '../cached-reads.js'
import { requestOf, targetOf, type WriteCase } from '../write-case.js'
import type { Query, Steps } from './pages.js'
import type { Ledger } from './ledger.js'

export interface BrowserOptions {
  readonly backend: string
  /** Of the sidecars. */
  readonly proxies: readonly string[]
  /** Keeps answers itself, as the frontend's query cache does. */
  readonly isCaching: boolean
  /** It keeps them for this fraction of the time. */
  readonly haste: number
  readonly ledger: Ledger
  readonly random: () => number
}

/** What one session sees of the API. */
export interface Browser {
  /** From now on with these headers, to which the cookies of answers are added, and with an empty memory. */
  become(caller: Caller): void
  show(steps: Steps): Promise<void>
  change(write: WriteCase, drops: readonly string[]): Promise<HttpAnswer | undefined>
}

/** The share of reads that are compared with the backend's own answer. */
const COMPARED = 0.1

export const createBrowser = ({
  backend,
  proxies,
  isCaching,
  haste,
  ledger,
  random
}: BrowserOptions): Browser => {
  const freshUntil = new Map<string, number>()
  let { name, headers }: Caller = { name: 'nobody', headers: {} }
  let sessions = 0

  /** With the cookies of an answer, of which that of the session makes another caller. */
  const take = (answer: HttpAnswer): void => {
    const set = [answer.headers['set-cookie'] ?? []].flat()
    headers = withCookies(headers, set)
    if (set.some((cookie) => cookie.startsWith('sessionid='))) sessions++
  }
  const caller = (): string => `${name}, session ${sessions}`

  /** Any pod, as an ingress chooses it. */
  const proxy = (): string => proxies[Math.floor(random() * proxies.length)] ?? ''

  const send = async (base: string, path: string, options: HttpOptions): Promise<HttpAnswer | Error> => {
    try {
      return await http(`${base}${path}`, options)
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }

  const ask = async ({ path, json, staleSeconds }: Query): Promise<void> => {
    const now = Date.now()
    if (isCaching && (freshUntil.get(path) ?? 0) > now) {
      ledger.kept()
      return
    }
    const write: WriteCase = { write: `${json === undefined ? 'GET' : 'POST'} ${path}`, json, status: 200 }
    const { method, path: target } = targetOf(write)
    const options = { method, ...requestOf(write, headers) }
    const isCompared = json === undefined && random() < COMPARED
    const before = ledger.writes()
    const asker = caller()
    const answer = await send(proxy(), target, options)
    if (answer instanceof Error || answer.status !== 200) {
      await judge(`${method} ${path} of ${name}`, answer, () => aside(target, options))
      return
    }
    freshUntil.set(path, now + (staleSeconds * 1000) / haste)
    ledger.asked({ method, path, caller: asker, answer })
    take(answer)
    if (!isCompared) return
    const own = await aside(target, options)
    if (own instanceof Error || own.status !== 200 || !before.isQuietUntil(ledger.writes())) return
    ledger.compared(path, comparable(answer.body) === comparable(own.body))
  }

  /** Of the backend alone, which does not count. */
  const aside = (target: string, options: HttpOptions): Promise<HttpAnswer | Error> =>
    send(backend, target, { ...options, headers: { ...options.headers, 'x-aside': '1' } })

  /** It is a failure if the backend alone answers well. */
  const judge = async (
    title: string,
    answer: HttpAnswer | Error,
    alone: () => Promise<HttpAnswer | Error>
  ): Promise<void> => {
    const own = await alone()
    if (own instanceof Error || own.status !== 200) return
    ledger.failed(`${title}: ${inWords(answer)}`)
  }

  return {
    become: (caller) => {
      ;({ name, headers } = caller)
      freshUntil.clear()
    },

    show: async (steps) => {
      for (const step of steps) await Promise.all(step.map(ask))
    },

    change: async (write, drops) => {
      const { method, path } = targetOf(write)
      const ended = ledger.writeBegan()
      const answer = await send(proxy(), path, { method, ...requestOf(write, write.headers ?? headers) })
      ended()
      for (const known of freshUntil.keys())
        if (drops.some((dropped) => known.startsWith(dropped))) freshUntil.delete(known)
      if (answer instanceof Error || answer.status !== write.status) {
        ledger.failed(`${write.write} of ${name}: ${inWords(answer)}`)
        return undefined
      }
      ledger.asked({ method, path: path.replace('/api/v1/', ''), caller: caller(), answer })
      take(answer)
      return answer
    }
  }
}

const inWords = (answer: HttpAnswer | Error): string =>
  answer instanceof Error ? String(answer) : `${answer.status} ${answer.text().slice(0, 200)}`
