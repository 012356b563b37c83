import { LRUCache } from 'lru-cache'
import type { Parameters } from '../cache/resource.js'

export interface Route<Row extends object> {
  /** Whole segments; `{name}` stands for a canonical number. */
  readonly path: string
  readonly row: Row
}

type RouteMatch<Row extends object> = Row & { readonly parameters: Parameters }

/** Paths whose row is remembered: people read the same ones again and again. */
const REMEMBERED = 2000

/** A record's number as the API writes it: digits without sign, spaces or leading zeros. */
export const isCanonicalNumber = (text: string): boolean => CANONICAL.test(text)

const CANONICAL = /^(?:0|[1-9][0-9]{0,17})$/

/** Two paths of one shape match the same requests; paths of different shapes have none in common. */
export const shapeOf = (path: string): string => path.replaceAll(/\{[^}]*\}/g, '{}')

/**
 * A trie over segments: a look-up costs one step per segment, whatever the number of routes. No literal
 * segment is a number, so that there is never more than one way to go.
 */
export const createRouter = <Row extends object>(
  routes: readonly Route<Row>[]
): ((path: string) => RouteMatch<Row> | undefined) => {
  const root: Node<Row> = { literals: new Map(), parameter: undefined, leaf: undefined }
  for (const route of routes) insert(root, route)
  const matches = new LRUCache<string, RouteMatch<Row>>({ max: REMEMBERED })
  return (path) => {
    const known = matches.get(path)
    if (known !== undefined) return known
    const match = find(root, path)
    if (match !== undefined) matches.set(path, match)
    return match
  }
}

interface Node<Row> {
  readonly literals: Map<string, Node<Row>>
  parameter: Node<Row> | undefined
  leaf: { readonly row: Row; readonly names: readonly string[] } | undefined
}

const insert = <Row extends object>(root: Node<Row>, { path, row }: Route<Row>): void => {
  const names: string[] = []
  let node = root
  for (const segment of segmentsOf(path)) {
    const known = isPlaceholder(segment) ? node.parameter : node.literals.get(segment)
    const next = known ?? { literals: new Map(), parameter: undefined, leaf: undefined }
    if (isPlaceholder(segment)) {
      names.push(segment.slice(1, -1))
      node.parameter = next
    } else {
      node.literals.set(segment, next)
    }
    node = next
  }
  node.leaf = { row, names }
}

const find = <Row extends object>(root: Node<Row>, path: string): RouteMatch<Row> | undefined => {
  if (!path.startsWith('/')) return undefined
  const numbers: string[] = []
  let node = root
  for (const segment of segmentsOf(path)) {
    let next = node.literals.get(segment)
    if (next === undefined && isCanonicalNumber(segment)) {
      numbers.push(segment)
      next = node.parameter
    }
    if (next === undefined) return undefined
    node = next
  }
  if (node.leaf === undefined) return undefined
  const { row, names } = node.leaf
  return { ...row, parameters: Object.fromEntries(names.map((name, at) => [name, numbers[at] ?? ''])) }
}

const segmentsOf = (path: string): readonly string[] => path.slice(1).split('/')

const isPlaceholder = (segment: string): boolean => segment.startsWith('{')
