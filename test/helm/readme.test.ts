import { readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'
import { isRecord } from './support/chart.js'

const pathsIn = (value: unknown, path: string): readonly string[] =>
  isRecord(value) && Object.keys(value).length > 0
    ? Object.entries(value).flatMap(([key, within]) => pathsIn(within, path === '' ? key : `${path}.${key}`))
    : [path]

t.test('the README of the chart has every value, once, in the order of values.yaml', async (t) => {
  const values: unknown = parse(readFileSync('helm/values.yaml', 'utf8'))
  const rows = [...readFileSync('helm/README.md', 'utf8').matchAll(/^\| `([\w.]+)` +\| `/gm)]
  t.strictSame(
    rows.map(([, name]) => name),
    pathsIn(values, '')
  )
})

t.test('and the rulers and the head of values.yaml are not in it', async (t) => {
  const readme = readFileSync('helm/README.md', 'utf8')
  t.notMatch(readme.replaceAll(/^\|[ -|]*$/gm, ''), /-{8}/)
  t.notMatch(readme, /Every value of the chart with its default/)
})
