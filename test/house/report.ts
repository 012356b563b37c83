import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { markdownTable } from 'markdown-table'
import { arrowsOf, circlesOf, floorsOf, graphOfFiles, graphOfRooms } from './graph.js'
import { sources } from './sources.js'
import { tracePaths } from './trace.js'

/** Prints how much of the sources somebody reads to understand them: the table of docs/architecture.md. */
const files = graphOfFiles(sources)
const rooms = graphOfRooms(files)
const lines = sources.map(({ text }) => text.split('\n').length - 1)
const named = sources.filter(({ path }) => existsSync(join('test', path.replace(/\.ts$/, '.test.ts'))))
const words = readFileSync('README.md', 'utf8')
  .split(/\s+/)
  .filter((word) => word !== '').length
const paths = await tracePaths()

const rows: [string, string | number][] = [
  ...Object.entries(paths).map(([name, path]): [string, number] => [
    `files on the path of a ${name}`,
    path.length
  ]),
  ['files', sources.length],
  ['lines', lines.reduce((sum, count) => sum + count, 0)],
  ['lines of the longest file', Math.max(...lines)],
  ['circles of files', circlesOf(files).length],
  ['rooms', rooms.size],
  ['arrows between rooms', arrowsOf(rooms)],
  ['circles of rooms', circlesOf(rooms).length],
  ['floors of rooms', floorsOf(rooms)],
  ['files whose test has their name', `${Math.round((100 * named.length) / sources.length)} %`],
  ['words of the README', words]
]
console.log(markdownTable([['', 'count'], ...rows.map(([name, count]) => [name, String(count)])]))
if (process.argv.includes('--files'))
  for (const [name, path] of Object.entries(paths)) console.log(`\n${name}\n${path.join('\n')}`)
process.exit(0)
