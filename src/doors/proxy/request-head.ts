import { withoutFields } from '../../http/fields.js'
import { badInput } from '../problem.js'

export interface Target {
  /** Path and query in origin form, as they came. */
  readonly target: string
  readonly headers: readonly string[]
}

/**
 * RFC 9112 §3.2: a target in absolute form is put into origin form, and its authority replaces `Host`
 * (§3.2.2). More than one `Host` is refused. Fields that `isDropped` picks are left out.
 */
export const targetOf = (
  url: string,
  sent: readonly string[],
  isDropped: (name: string) => boolean
): Target => {
  let hosts = 0
  let isClean = true
  for (let at = 0; at < sent.length; at += 2) {
    const name = sent[at] ?? ''
    if (isDropped(name)) isClean = false
    else if (name.length === 4 && name.toLowerCase() === 'host') hosts++
  }
  const headers = isClean ? sent : withoutFields(sent, isDropped)
  if (hosts > 1) throw badInput('host', 'must be given once')
  if (url.startsWith('/')) return { target: url, headers }
  const absolute = /^https?:\/\/([^/?#]+)([^#]*)/i.exec(url)
  const [, authority, rest = ''] = absolute ?? []
  if (authority === undefined) throw badInput('target', 'must be a path or an absolute address')
  const others = withoutFields(headers, (name) => name.toLowerCase() === 'host')
  return { target: rest.startsWith('/') ? rest : `/${rest}`, headers: ['Host', authority, ...others] }
}
