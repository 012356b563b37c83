import { setTimeout as pause } from 'node:timers/promises'
import type { Origin } from '../../demo/origin/origin.js'
import { addOne } from '../coherence/figures.js'
import { HOST, PEOPLE, type Target, targetsAt, versionIn } from '../coherence/targets.js'
import { type Change, changesIn } from '../coherence/writes.js'
import { http, type HttpAnswer } from '../support/http.js'
import type { Pod } from './pods.js'

/** What a run has seen; the lists are faults. */
export interface Seen {
  readonly counts: Map<string, number>
  readonly stale: string[]
  readonly crossed: string[]
  readonly failed: string[]
}

export interface ChaosOptions {
  readonly origin: Origin
  readonly address: string
  /** Two at least. */
  readonly pods: readonly [Pod, Pod, ...Pod[]]
  readonly random: () => number
  readonly isOver: () => boolean
  /** Then the second pod only reads, so that nothing but its reads can tell it of a change, and the first only writes. */
  readonly isQuiet: () => boolean
  /** Grows when the origin begins and when it ceases to fail, and is odd while it fails. */
  readonly outages: () => number
}

const READERS = 16
/** Nobody else is signed in as this one, who is turned away again and again. */
const TURNED_AWAY = 5
const KINDS = ['key', 'tag', 'pattern', 'proxy', 'key', 'tag', 'pattern', 'proxy', 'all'] as const

/** Readers, writers, a backend with values of its own, and people who are turned away, on all pods at once. */
export const runChaos = async (options: ChaosOptions): Promise<Seen> => {
  const { origin, pods, random, isOver, isQuiet, outages } = options
  const seen: Seen = { counts: new Map(), stale: [], crossed: [], failed: [] }
  const acknowledged = new Map<string, number>()
  /** By target and `ETag`. */
  const versions = new Map<string, number>()
  const etags = new Map<string, string>()
  const startedAt = performance.now()
  const at = (): string => `${((performance.now() - startedAt) / 1000).toFixed(1)} s: `

  const pick = <T>(from: readonly T[]): T => {
    const picked = from[Math.floor(random() * from.length)]
    if (picked === undefined) throw new RangeError('there is nothing to pick from')
    return picked
  }
  const anyPod = async (): Promise<Pod> => {
    for (;;) {
      const pod = pick(pods)
      if (pod.isUp()) return pod
      await pause(10)
    }
  }
  /** Undefined when the pod was killed meanwhile, or the origin failed. */
  const ask = async (
    pod: Pod,
    url: string,
    asked: Parameters<typeof http>[1]
  ): Promise<HttpAnswer | undefined> => {
    const before = [pod.lives(), outages()] as const
    const isExcused = (): boolean =>
      pod.lives() !== before[0] || !pod.isUp() || outages() !== before[1] || outages() % 2 === 1
    const { method = 'GET' } = asked ?? {}
    try {
      const answer = await http(url, asked)
      if (answer.status < 500) return answer
      if (!isExcused() && url.startsWith(pod.proxy)) {
        seen.failed.push(`${at()}${method} ${url}: ${answer.status} ${answer.text()}`)
      }
    } catch (error) {
      if (!isExcused()) seen.failed.push(`${at()}${method} ${url}: ${String(error)}`)
    }
    return undefined
  }

  const judge = (name: string, noted: number, version: number, how: string): void => {
    if (!(version >= noted)) seen.stale.push(`${at()}${name}: ${version} after ${noted}, ${how}`)
  }

  const read = async (target: Target, only?: Pod): Promise<void> => {
    const pod = only ?? (await anyPod())
    const noted = acknowledged.get(target.part) ?? 0
    const method = random() < 0.15 ? 'HEAD' : 'GET'
    const known = random() < 0.3 ? etags.get(target.name) : undefined
    const answer = await ask(pod, pod.proxy + target.path, {
      method,
      headers: { ...target.headers, ...(known !== undefined && { 'if-none-match': known }) }
    })
    if (answer === undefined) return
    const how = String(answer.headers['cache-status'])
    // What comes from the backend itself has none, and without a body tells nothing of its version.
    const { etag } = answer.headers
    addOne(seen.counts, answer.status === 304 ? '304' : method === 'HEAD' ? 'HEAD' : outcomeIn(how))
    if (answer.status === 304 || (answer.status === 200 && method === 'HEAD')) {
      const version = typeof etag === 'string' ? versions.get(target.name + etag) : undefined
      if (version !== undefined) judge(`${method} ${target.name}`, noted, version, `${answer.status} ${how}`)
    } else if (answer.status === 200) {
      const version = versionIn(answer)
      if (typeof etag === 'string') {
        versions.set(target.name + etag, version)
        etags.set(target.name, etag)
      }
      judge(target.name, noted, version, how)
      checkPerson(target, answer)
    } else seen.failed.push(`${at()}${target.name}: ${answer.status} ${how}`)
  }

  const checkPerson = ({ name, path, part }: Target, answer: HttpAnswer): void => {
    if (!path.endsWith('/users/me')) return
    const json = answer.json()
    const id = typeof json === 'object' && json !== null && 'id' in json ? json.id : undefined
    if (part !== `profile of ${String(id)}`) seen.crossed.push(`${at()}${name} is told of ${String(id)}`)
  }

  /** Nobody may see a profile without being signed in. */
  const readAsNobody = async (): Promise<void> => {
    const pod = await anyPod()
    const answer = await ask(pod, `${pod.proxy}/api/v1/users/${pick(PEOPLE)}`, { headers: { host: HOST } })
    if (answer?.status === 200) seen.crossed.push(`${at()}nobody is told of a person`)
  }

  /** The backend's own values, as it would keep them: with the position of their miss. */
  const readValue = async (): Promise<void> => {
    const pod = await anyPod()
    const person = pick(PEOPLE)
    const part = `profile of ${person}`
    const noted = acknowledged.get(part) ?? 0
    const url = `${pod.control}/v1/entries/user:${person}:profile`
    const found = await ask(pod, url, {})
    if (found?.status === 200) {
      addOne(seen.counts, 'value')
      judge(`the value of ${part}`, noted, Number(found.text()), 'value')
      return
    }
    const position = found?.headers['cache-position']
    if (found?.status !== 404 || typeof position !== 'string') return
    const version = origin.database.users.get(person)?.version ?? 0
    await pause(random() * 200)
    const put = await ask(pod, `${url}?ttl=5&tag=user:${person}&position=${encodeURIComponent(position)}`, {
      method: 'PUT',
      body: String(version)
    })
    addOne(seen.counts, `put ${put?.status ?? 'refused'}`)
  }

  const targets = targetsAt(origin)
  const watched = pick(targets.filter(({ path }) => path.endsWith(`/${PEOPLE[0]}/projects`)))
  const keepReading = async (): Promise<void> => {
    while (!isOver()) {
      const chance = random()
      if (isQuiet()) {
        await read(watched, pods[1])
        await pause(20)
      } else if (chance < 0.1) await readValue()
      else if (chance < 0.13) await readAsNobody()
      else await read(pick(targets))
    }
  }

  const { cookie, 'x-csrftoken': token } = origin.signIn(1)
  const write = async (pod: Pod, change: Change): Promise<number | undefined> => {
    const { method, path, json } = change.request
    const answer = await ask(pod, pod.proxy + path, {
      method,
      headers: {
        ...{ cookie, 'x-csrftoken': token, 'content-type': 'application/json' },
        'x-sample-commit': random() < 0.5 ? 'start' : 'end',
        'x-sample-delay-ms': String(Math.floor(random() * 60))
      },
      body: JSON.stringify(json)
    })
    const isPending = String(answer?.headers['cache-status']).includes('invalidation-pending')
    return answer?.status === 202 && !isPending ? Number(answer.headers['x-sample-snapshot']) : undefined
  }
  const announce = async (pod: Pod, named: object): Promise<boolean> => {
    const answer = await ask(pod, `${pod.control}/v1/invalidations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(named)
    })
    return answer?.status === 200
  }
  const changes = changesIn(origin.database)
  const keepWriting = async (): Promise<void> => {
    while (!isOver()) {
      const isAlone = isQuiet()
      // Until the second pod has what it reads, and the roles are swapped.
      if (isAlone) await pause(2000)
      const kind = isAlone ? 'key' : pick(KINDS)
      const change = pick(isAlone ? changes.filter(({ parts }) => parts.includes(watched.part)) : changes)
      const pod = isAlone ? pods[0] : await anyPod()
      let version: number | undefined
      if (kind === 'proxy') version = await write(pod, change)
      else {
        const committed = change.commit(origin.database)
        if (await announce(pod, change.announcements[kind])) version = committed
      }
      addOne(seen.counts, version === undefined ? 'unconfirmed write' : `write by ${kind}`)
      for (const part of version === undefined ? [] : change.parts) {
        acknowledged.set(part, Math.max(version ?? 0, acknowledged.get(part) ?? 0))
      }
      await pause(random() * 80)
    }
  }

  /** From the first 403 on that is not pending, no pod may answer this session. */
  const keepTurningAway = async (): Promise<void> => {
    while (!isOver()) {
      if (isQuiet()) {
        await pause(50)
        continue
      }
      const session = origin.signIn(TURNED_AWAY)
      const headers = { host: HOST, cookie: session.cookie }
      const statusOf = async (pod: Pod, path: string): Promise<HttpAnswer | undefined> =>
        pod.isUp() ? ask(pod, `${pod.proxy}/api/v1/${path}`, { headers }) : undefined
      const slow = pods.map((pod) => statusOf(pod, 'users/me'))
      await pause(20 + random() * 60)
      const left = await http(`${options.address}/api/v1/users/log-out`, {
        method: 'POST',
        headers: { ...session, ...headers }
      }).catch(() => undefined)
      const refused = left?.status === 200 ? await statusOf(await anyPod(), 'projects/1') : undefined
      const isPending = String(refused?.headers['cache-status']).includes('invalidation-pending')
      const isRefused = refused?.status === 403 && !isPending
      addOne(seen.counts, isRefused ? 'turned away' : 'not turned away for sure')
      for (let round = 0; isRefused && round < 12; round++) {
        const answers = await Promise.all(pods.map((pod) => statusOf(pod, 'users/me')))
        for (const answer of answers) {
          if (answer?.status !== 200) continue
          seen.crossed.push(`${at()}who was turned away is told: ${String(answer.headers['cache-status'])}`)
        }
        await pause(40)
      }
      await Promise.all(slow)
    }
  }

  await Promise.all([keepWriting(), keepTurningAway(), ...Array.from({ length: READERS }, keepReading)])
  return seen
}

const outcomeIn = (cacheStatus: string): string =>
  /hit; ttl=-/.test(cacheStatus)
    ? 'stale hit'
    : (/hit|collapsed|stored|unproven|store-unavailable|disabled/.exec(cacheStatus)?.[0] ?? 'not stored')
