import { withoutFields } from '../../src/http/fields.js'
import { READS, type Scope, SITES } from './mirror-origin.js'
import type { Step, World } from './requests.js'
import { read, type Seen } from './wsgi.js'

export interface Received {
  readonly status: number
  readonly site: unknown
  readonly cacheStatus: string
  readonly body: string
}

/** The sidecar drops names with underscores, which servers read in different ways. */
const passedOn = (headers: readonly string[]): readonly string[] =>
  withoutFields(headers, (name) => name.includes('_'))

/**
 * Knows what each answer may show. Sessions end and users are deactivated for good, so that a read which began
 * after the acknowledgement must be turned away, and one that ended before the write began must not.
 */
export const createJudge = ({ callers, server }: World) => {
  const seenBy = callers.map((headers) => read(passedOn(headers), server))
  const ending = { tokens: new Set<string>(), users: new Set<number>() }
  const ended = { callers: new Set<number>(), users: new Set<number>() }
  const at = (caller: number): Seen => seenBy[caller] ?? read([], server)

  const isCertainlyOut = (caller: number): boolean => {
    const { caller: who } = at(caller)
    return (
      who.kind === 'nobody' ||
      ended.users.has(who.user) ||
      (who.kind === 'session' && ended.callers.has(caller))
    )
  }
  const isPerhapsOut = (caller: number): boolean => {
    const { caller: who, token } = at(caller)
    return (
      who.kind === 'nobody' ||
      ending.users.has(who.user) ||
      (who.kind === 'session' && ending.tokens.has(token))
    )
  }

  /** To be called before a write is sent; what it returns, once it has been answered. */
  const begin = (step: Step): (() => void) => {
    if (step.kind === 'deactivate') {
      ending.users.add(step.user)
      return () => ended.users.add(step.user)
    }
    if (step.kind !== 'log-out' || isCertainlyOut(step.caller)) return () => undefined
    const wasPerhapsOut = isPerhapsOut(step.caller)
    ending.tokens.add(at(step.caller).token)
    return () => {
      if (!wasPerhapsOut) ended.callers.add(step.caller)
    }
  }

  /** To be called before a read is sent; what it returns tells what is wrong with the answer, if anything is. */
  const expect = (step: Extract<Step, { kind: 'read' }>): ((received: Received) => string | undefined) => {
    const [path = '', scope = 'own'] = READS[step.read] ?? []
    const wasOut = isCertainlyOut(step.caller)
    return ({ status, site, cacheStatus, body }) => {
      const fault = (text: string): string =>
        `${path} for caller ${step.caller}: ${text} (${cacheStatus}) ${body}`
      if (site !== allowedSite(step.site)) return fault(`made for the site ${String(site)}`)
      if (status !== 200 && status !== 403) return fault(`status ${status}`)
      if (scope === 'public' && status === 403) return fault('a public read was denied')
      if (scope !== 'public' && wasOut && status === 200) return fault('let in')
      if (scope !== 'public' && !isPerhapsOut(step.caller) && status === 403) return fault('turned away')
      if (status === 200 && step.method === 'GET')
        return faultIn(body, { path, scope, step, seen: at(step.caller) }, fault)
      return undefined
    }
  }
  return { begin, expect }
}

interface Asked {
  readonly path: string
  readonly scope: Scope
  readonly step: Extract<Step, { kind: 'read' }>
  readonly seen: Seen
}

const faultIn = (
  body: string,
  { path, scope, step, seen }: Asked,
  fault: (text: string) => string
): string | undefined => {
  if (scope === 'own' && !body.includes(`"inputs":${JSON.stringify(seen.inputs)}}`))
    return fault('another caller’s answer')
  if (path.endsWith('/projects') && !body.includes(`http://${step.host}/`))
    return fault('made for another host')
  return undefined
}

const allowedSite = (fields: readonly string[]): string | undefined => {
  const site = fields.filter((_, at) => at % 2 === 1).join(',')
  return SITES.includes(site) ? site : undefined
}
