import type { Test } from 'tap'
import { eventually } from '../support/eventually.js'
import { get, http, type HttpAnswer } from '../support/http.js'
import type { SidecarProcess } from '../support/sidecar-process.js'
import type { OriginProcess } from './origin-process.js'

/** Nobody else in the load reads or writes this person, and everybody may have the entry. */
const CHANGED_USER = 14
const PROFILE = 3013

const read = ({ proxy }: SidecarProcess): Promise<HttpAnswer> =>
  get(`${proxy}/api/v1/users/staffprofiles/${PROFILE}`)

/** The directory shows display names. */
const nameIn = (answer: HttpAnswer): unknown => /"first_name":"(.*?)"/.exec(answer.text())?.[1]

/** Leaves an entry in the store that the fault is to make untrue. */
export const storeOldEntry = async (sidecar: SidecarProcess, origin: OriginProcess): Promise<void> => {
  await origin.setDisplayName(CHANGED_USER, 'before')
  await eventually(async () => String((await read(sidecar)).headers['cache-status']).includes('; hit'))
}

/** Writes behind the sidecar's back and announces it, as the backend does. */
export const announceChange = async (
  t: Test,
  sidecar: SidecarProcess,
  origin: OriginProcess,
  isCarriedOut: boolean
): Promise<void> => {
  await origin.setDisplayName(CHANGED_USER, 'changed')
  const statuses: number[] = []
  const announce = async (preference: Readonly<Record<string, string>> = {}): Promise<boolean> => {
    const body = JSON.stringify({ keys: [`staff:profile:${PROFILE}`] })
    const headers = { 'content-type': 'application/json', ...preference }
    const answer = await http(`${sidecar.control}/v1/invalidations`, { method: 'POST', headers, body })
    return statuses.push(answer.status) > 0 && answer.status === 200
  }
  if (isCarriedOut) {
    await eventually(() => announce())
    t.equal(
      await eventually(async () => (await pendingOf(sidecar)) === 0),
      true,
      'carried out, none is pending'
    )
  } else {
    // What was sent to a frozen server is carried out when it wakes up, replayed or not.
    await eventually(async () => (await get(`${sidecar.ops}/ready`)).text().includes('"store":"down"'))
    await announce({ prefer: 'wait=0' })
    t.strictSame(statuses, [202], 'it is pending')
    t.ok((await pendingOf(sidecar)) >= 1, 'and the gauge shows it')
  }
  t.equal(nameIn(await read(sidecar)), 'changed', 'the change is seen at once')
}

/** Entries of before the fault are still in Redis: what was pending must have reached them. */
export const seeChange = async (t: Test, sidecar: SidecarProcess): Promise<void> => {
  t.equal(await eventually(async () => (await pendingOf(sidecar)) === 0), true, 'nothing is pending any more')
  const names = new Set<unknown>()
  await eventually(async () => {
    const answer = await read(sidecar)
    names.add(nameIn(answer))
    return String(answer.headers['cache-status']).includes('; hit')
  })
  t.strictSame([...names], ['changed'], 'nothing old is served, and it is a hit again')
}

/** By the gauge. */
const pendingOf = async ({ ops }: SidecarProcess): Promise<number> => {
  const metrics = (await get(`${ops}/metrics`)).text()
  return Number(/^spms_cache_invalidations_pending (\d+)$/m.exec(metrics)?.[1] ?? NaN)
}

/** The caller of the control door goes to its database instead. */
export const judgeValues = async (t: Test, { control }: SidecarProcess, isRead: boolean): Promise<void> => {
  const url = `${control}/v1/entries/value:1`
  const unavailable = { status: 503, headers: { 'retry-after': /^\d+$/, 'content-type': /problem\+json/ } }
  const put = await http(`${url}?ttl=60`, { method: 'PUT', body: 'x' })
  t.match(put, unavailable, 'a value is not taken, with Retry-After')
  if (isRead) t.ok(await eventually(async () => (await get(url)).status === 404), 'others are read')
  else t.match(await get(url), unavailable, 'nor is one read')
}
