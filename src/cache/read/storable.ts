import type { Resource, Variation } from '../resource.js'

/** Status 200, JSON, nobody's cookie, no coding, and no dependence on what the key does not hold. */
export type Storability =
  | { readonly kind: 'storable' }
  /** `isByNature`: the next answer for this key will be no different, so readers need not queue for it. */
  | { readonly kind: 'unstorable'; readonly isByNature: boolean }

interface AnswerHead {
  readonly status: number
  readonly headers: readonly string[]
}

export const storabilityOf = ({ status, headers }: AnswerHead, resource: Resource): Storability => {
  if (status !== 200) return { kind: 'unstorable', isByNature: status < 400 || NATURAL_ERRORS.has(status) }
  let isJson = false
  let isByNature = false
  let isPersonal = false
  for (let at = 0; at < headers.length; at += 2) {
    const name = (headers[at] ?? '').toLowerCase()
    const value = headers[at + 1] ?? ''
    if (name === 'content-type') isJson = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(value)
    else if (name === 'set-cookie') isPersonal = true
    else if (name === 'content-encoding') isByNature ||= value.toLowerCase() !== 'identity'
    else if (name === 'vary') isByNature ||= isForeign(value, resource.vary)
  }
  if (isPersonal) return { kind: 'unstorable', isByNature: false }
  if (!isJson || isByNature) return { kind: 'unstorable', isByNature: true }
  return { kind: 'storable' }
}

/** What scope, `Accept` and the key already stand for is no obstacle; anything else is. */
const isForeign = (vary: string, own: readonly Variation[]): boolean =>
  vary
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .some((name) => name !== '' && !STOOD_FOR.has(name) && !own.some((variation) => variation.name === name))

const STOOD_FOR = new Set(['accept', 'cookie', 'origin'])
/** Other errors pass: they must not end the collapsing of later readers. */
const NATURAL_ERRORS = new Set([404, 405, 406, 410])
