import { LRUCache } from 'lru-cache'
import { digest } from '../cache/identity/digest.js'
import type { Parameters } from '../cache/resource.js'

export interface Route<Row extends object> {
  /** Whole segments; `{name}` stands for a canonical number, and `**` at the end for one or more segments. */
  readonly path: string
  readonly row: Row
}

type RouteMatch<Row extends object> = Row & {
  readonly parameters: Parameters
  /** Tells spellings of one rest of a path apart; empty for its plain one. */
  readonly pathSuffix: string
}

/** Paths whose row is remembered: people read the same ones again and again. */
const REMEMBERED = 2000
const LONGEST_REMEMBERED = 1024

/** A record's number as the API writes it: digits without sign, spaces or leading zeros. */
export const isCanonicalNumber = (text: string): boolean => CANONICAL.test(text)

const CANONICAL = /^(?:0|[1-9][0-9]{0,17})$/

/** Two paths of one shape match the same requests; paths of different shapes have none in common. */
export const shapeOf = (path: string): string => path.replaceAll(/\{[^}]*\}/g, '{}')

/**
 * A trie over segments: a look-up costs one step per segment, whatever the number of routes. No literal
 * segment is a number, so that there is never more than one way to go; a route that ends in `**` is taken where no way
 * goes on. `decode` makes the spellings of one path one: reads are spelled as they were sent.
 */
export const createRouter = <Row extends object>(
  routes: readonly Route<Row>[],
  decode = (rest: string): string => rest
): ((path: string) => RouteMatch<Row> | undefined) => {
  const root: Node<Row> = createNode()
  for (const route of routes) insert(root, route)
  const matches = new LRUCache<string, RouteMatch<Row>>({ max: REMEMBERED })
  return (path) => {
    const known = matches.get(path)
    if (known !== undefined) return known
    const match = find(root, path, decode)
    if (match !== undefined && path.length <= LONGEST_REMEMBERED) matches.set(path, match)
    return match
  }
}

interface Leaf<Row> {
  readonly row: Row
  readonly names: readonly string[]
}

interface Node<Row> {
  readonly literals: Map<string, Node<Row>>
  parameter: Node<Row> | undefined
  leaf: Leaf<Row> | undefined
  /** Of a route that goes on with `**`. */
  rest: Leaf<Row> | undefined
}

const createNode = <Row>(): Node<Row> => ({
  literals: new Map(),
  parameter: undefined,
  leaf: undefined,
  rest: undefined
})

const insert = <Row extends object>(root: Node<Row>, { path, row }: Route<Row>): void => {
  const names: string[] = []
  let node = root
  for (const segment of segmentsOf(path)) {
    if (segment === '**') {
      node.rest = { row, names }
      return
    }
    const known = isPlaceholder(segment) ? node.parameter : node.literals.get(segment)
    const next = known ?? createNode()
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

type Decode = (rest: string) => string

const find = <Row extends object>(
  root: Node<Row>,
  path: string,
  decode: Decode
): RouteMatch<Row> | undefined => {
  if (!path.startsWith('/')) return undefined
  const numbers: string[] = []
  const segments = segmentsOf(path)
  let node: Node<Row> | undefined = root
  let open: { readonly leaf: Leaf<Row>; readonly from: number } | undefined
  for (const [at, segment] of segments.entries()) {
    if (node.rest !== undefined) open = { leaf: node.rest, from: at }
    let next: Node<Row> | undefined = node.literals.get(segment)
    if (next === undefined && isCanonicalNumber(segment)) {
      numbers.push(segment)
      next = node.parameter
    }
    node = next
    if (node === undefined) break
  }
  const leaf = node?.leaf
  if (leaf !== undefined) return { ...leaf.row, parameters: namedOf(leaf, numbers), pathSuffix: '' }
  if (open === undefined) return undefined
  const sent = segments.slice(open.from).join('/')
  const rest = decode(sent).replace(/\/$/, '')
  if (rest.split('/').some((segment) => AMBIGUOUS.has(segment))) return undefined
  const parameters = { ...namedOf(open.leaf, numbers), rest: digest(`path ${rest}`) }
  return { ...open.leaf.row, parameters, pathSuffix: rest === sent ? '' : `:~${digest(`path ${sent}`)}` }
}

/** Origins read these as another path, each in its way. */
const AMBIGUOUS = new Set(['', '.', '..'])

const namedOf = <Row>({ names }: Leaf<Row>, numbers: readonly string[]): Parameters =>
  Object.fromEntries(names.map((name, at) => [name, numbers[at] ?? '']))

const segmentsOf = (path: string): readonly string[] => path.slice(1).split('/')

const isPlaceholder = (segment: string): boolean => segment.startsWith('{')
