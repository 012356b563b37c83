import { dirname } from 'node:path'
import { importedSources, type Source } from './sources.js'

/** What imports what: files, or rooms. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>

export const graphOfFiles = (sources: readonly Source[]): Graph =>
  new Map(sources.map((source) => [source.path, new Set(importedSources(source))]))

/** What composes the rooms of a folder, and stands above them in it. */
const COMPOSERS = ['cache/cache.ts']

/** The folder that a file is in; a composer, and a file that stands in `src` itself, is a room of its own. */
export const roomOf = (path: string): string => {
  const folder = dirname(path)
  return folder === '.' || COMPOSERS.includes(path) ? path.replace(/\.ts$/, '') : folder
}

export const graphOfRooms = (files: Graph): Graph => {
  const rooms = new Map<string, Set<string>>()
  for (const [file, imported] of files) {
    const room = roomOf(file)
    const others = rooms.get(room) ?? new Set()
    rooms.set(room, others)
    for (const other of imported) if (roomOf(other) !== room) others.add(roomOf(other))
  }
  return rooms
}

export const arrowsOf = (graph: Graph): number => [...graph.values()].reduce((sum, { size }) => sum + size, 0)

/** Each set of nodes that reach one another (R. Tarjan, 1972), more than one a set. */
export const circlesOf = (graph: Graph): readonly (readonly string[])[] => {
  const indexes = new Map<string, number>()
  const lowest = new Map<string, number>()
  const stack: string[] = []
  const circles: string[][] = []

  const visit = (node: string): number => {
    const index = indexes.size
    indexes.set(node, index)
    let low = index
    stack.push(node)
    for (const next of graph.get(node) ?? []) {
      if (!indexes.has(next)) low = Math.min(low, visit(next))
      else if (stack.includes(next)) low = Math.min(low, indexes.get(next) ?? 0)
    }
    lowest.set(node, low)
    if (low === index) {
      const circle = stack.splice(stack.indexOf(node))
      if (circle.length > 1) circles.push(circle)
    }
    return low
  }
  for (const node of graph.keys()) if (!indexes.has(node)) visit(node)
  return circles
}

/** Nodes on the longest way down; those of a circle count once. */
export const floorsOf = (graph: Graph): number => {
  const circles = circlesOf(graph)
  const idOf = (node: string): string => circles.find((circle) => circle.includes(node))?.[0] ?? node
  const heights = new Map<string, number>()
  const heightOf = (id: string): number => {
    const known = heights.get(id)
    if (known !== undefined) return known
    const members = circles.find((circle) => circle.includes(id)) ?? [id]
    const below = members
      .flatMap((node) => [...(graph.get(node) ?? [])].map(idOf))
      .filter((other) => other !== id)
    const height = 1 + Math.max(0, ...below.map(heightOf))
    heights.set(id, height)
    return height
  }
  return Math.max(...[...graph.keys()].map((node) => heightOf(idOf(node))))
}
