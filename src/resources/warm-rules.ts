import type { ResourceTable } from '../cache/resource.js'
import type { Report } from './row-checks.js'

type MatchRead = ResourceTable['matchRead']

/** A read that nobody else could use, or that the cache would pass by, is not worth making at a start. */
export const reportUselessWarming = (
  targets: readonly string[],
  { matchRead, report }: { readonly matchRead: MatchRead; readonly report: Report }
): void => {
  for (const [index, target] of targets.entries()) {
    const fault = faultOf(target, matchRead)
    if (fault !== undefined) report(`warm[${index}]`, `${fault}, is "${target}"`)
  }
}

const faultOf = (target: string, matchRead: MatchRead): string | undefined => {
  const [path = '', ...query] = target.split('?')
  const match = matchRead(path)
  if (match === undefined) return 'matches no row of resources'
  const { name, scope, query: known } = match.resource
  if (scope === 'identity') return `has the scope identity (${name}), so that no caller could use it`
  const unknown = [...new URLSearchParams(query.join('?')).keys()].find(
    (parameter) => !known.includes(parameter)
  )
  return unknown === undefined ? undefined : `has the parameter ${unknown}, which ${name} does not store`
}
