import type { Parameters } from '../cache/resource.js'
import { isCanonicalNumber } from './canonical-number.js'

export interface Route<T> {
  /** Whole segments; `{name}` stands for a canonical number. */
  readonly path: string
  readonly value: T
}

export interface RouteMatch<T> {
  readonly value: T
  readonly parameters: Parameters
}

/** Two paths of one shape match the same requests; paths of different shapes have none in common. */
export const shapeOf = (path: string): string => path.replaceAll(/\{[^}]*\}/g, '{}')

/**
 * A trie over segments: a look-up costs one step per segment, whatever the number of routes. No literal
 * segment is a number, so that there is never more than one way to go.
 */
export const createRouter = <T>(
  routes: readonly Route<T>[]
): ((path: string) => RouteMatch<T> | undefined) => {
  const root: Node<T> = { literals: new Map(), parameter: undefined, leaf: undefined }
  for (const route of routes) insert(root, route)
  return (path) => find(root, path)
}

interface Node<T> {
  readonly literals: Map<string, Node<T>>
  parameter: Node<T> | undefined
  leaf: { readonly value: T; readonly names: readonly string[] } | undefined
}

const insert = <T>(root: Node<T>, { path, value }: Route<T>): void => {
  const names: string[] = []
  let node = root
  for (const segment of segmentsOf(path)) {
    const next = nextOf(node, segment) ?? { literals: new Map(), parameter: undefined, leaf: undefined }
    if (isPlaceholder(segment)) {
      names.push(segment.slice(1, -1))
      node.parameter = next
    } else {
      node.literals.set(segment, next)
    }
    node = next
  }
  node.leaf = { value, names }
}

const find = <T>(root: Node<T>, path: string): RouteMatch<T> | undefined => {
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
  const { value, names } = node.leaf
  return { value, parameters: Object.fromEntries(names.map((name, at) => [name, numbers[at] ?? ''])) }
}

const segmentsOf = (path: string): readonly string[] => path.slice(1).split('/')

const isPlaceholder = (segment: string): boolean => segment.startsWith('{')

const nextOf = <T>(node: Node<T>, segment: string): Node<T> | undefined =>
  isPlaceholder(segment) ? node.parameter : node.literals.get(segment)
