import type { Coding } from './codings.js'

/** How much a caller wants each coding, from 0 (not at all) to 1. */
export type CodingWeights = Readonly<Record<Coding | 'identity', number>>

/**
 * Reads an `Accept-Encoding` field, RFC 9110 §12.5.3. `*` speaks for what is not named. `identity` may always be sent
 * where it is not refused, so that unnamed it has the least weight. A weight that breaks the grammar refuses its coding,
 * and of two weights for one coding the lower one counts. (`negotiator` reads `q=2` as a wish, and knows no `x-gzip`.)
 */
export const readAcceptEncoding = (field: string): CodingWeights => {
  const weights = new Map<string, number>()
  for (const member of field.toLowerCase().split(',')) {
    const [name = '', ...parameters] = member.split(';').map((part) => part.trim())
    // RFC 9110 §8.4.1.3.
    const coding = name === 'x-gzip' ? 'gzip' : name
    weights.set(coding, Math.min(weightIn(parameters), weights.get(coding) ?? 1))
  }
  const rest = weights.get('*') ?? 0
  const weightOf = (name: Coding | 'identity'): number => weights.get(name) ?? rest
  const [gzip, br, zstd] = [weightOf('gzip'), weightOf('br'), weightOf('zstd')]
  return { gzip, br, zstd, identity: weightOf('identity') }
}

const weightIn = (parameters: readonly string[]): number => {
  const [parameter = 'q=1'] = parameters
  return parameters.length < 2 && WEIGHT.test(parameter) ? Number(parameter.slice(2)) : 0
}

/** RFC 9110 §12.4.2. */
const WEIGHT = /^q=(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/

/**
 * The form that is wanted most of those that are there, the first one of equals; `undefined` where the body as it is
 * is wanted more, or none of them at all. A caller who refuses everything is sent the body as it is, too: RFC 9110 §12.4.1.
 */
export const preferredOf = <Form extends { readonly coding: Coding }>(
  there: readonly Form[],
  weights: CodingWeights
): Form | undefined => {
  let preferred: Form | undefined
  let most = 0
  for (const form of there) {
    if (weights[form.coding] <= most) continue
    preferred = form
    most = weights[form.coding]
  }
  return most < weights.identity ? undefined : preferred
}
