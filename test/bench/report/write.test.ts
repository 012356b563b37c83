import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { readResults, writeReport } from '../../../bench/report/write.js'
import { RESULTS } from './results.js'

const reportIn = async (folder: string) => {
  const paths = await writeReport(RESULTS, { folder, name: 'results' })
  const [markdown = '', json = '', svg = ''] = await Promise.all(paths.map((path) => readFile(path, 'utf8')))
  return { paths, markdown, json, svg }
}

t.test('tables, figures and charts are written side by side', async (t) => {
  const folder = t.testdir()
  const { paths, json } = await reportIn(folder)
  t.strictSame(
    paths,
    ['results.md', 'results.json', 'results.svg'].map((file) => join(folder, file))
  )
  t.strictSame(JSON.parse(json), RESULTS)
})

t.test('the tables tell the machine, what is missing, the targets and what failed', async (t) => {
  const { markdown } = await reportIn(t.testdir())
  t.match(markdown, '`npm run bench -- --only hit`, 2026-01-02T03:04:05.000Z.')
  t.match(markdown, '- **machine**: a quiet one')
  t.match(markdown, '- nginx is not installed: apt-get install nginx-light')
  t.match(markdown, /^\| hit ÷ floor +\| at most 1\.25 \| +1\.2 \| +reached \|$/m)
  t.match(markdown, /^\| failures +\| +0 \| +3 \| +missed \|$/m)
  t.match(markdown, '![The charts](results.svg)')
  t.match(markdown, /^### Ten kilobytes\n\n\| +\| +CPU µs \| requests\/s \|\n\| :-+ \| -+: \| -+: \|/m)
  t.match(markdown, /^\| sidecar \| 12\.3 \(11\.9–13\) \| +41,200 \|\n\nHow to read it\.$/m)
  t.match(markdown, '## A miss\n\nFailed: The origin ended at its start.')
})

t.test('what a person has to say about this run is kept, and nothing that is about another', async (t) => {
  const folder = t.testdir()
  const remarks = join(folder, 'remarks.md')
  await writeFile(remarks, '## Where a peer is better\n\nHere, 2026-01-01T00:00:00.000Z.\n')
  const { markdown } = await reportIn(folder)
  t.notMatch(markdown, 'Where a peer is better')
  await writeFile(remarks, `## Where a peer is better\n\nHere, ${RESULTS.ranAt}.\n`)
  const files = { folder, name: 'results' }
  const [report = ''] = await writeReport(await readResults(files), files)
  t.match(
    await readFile(report, 'utf8'),
    `\n\n## Where a peer is better\n\nHere, ${RESULTS.ranAt}.\n\n## Targets`
  )
})

t.test('all charts are one image, with their names and medians', async (t) => {
  const { svg } = await reportIn(t.testdir())
  t.match(svg, /^<svg [^>]*>/)
  t.match(svg, /<\/svg>\n$/)
  for (const text of ['Chart &lt;one&gt;', 'sidecar &amp; more', '12.3', 'Chart two', 'nginx', '>5<']) {
    t.ok(svg.includes(text), text)
  }
})
