// `npm run crowd -- --shape reload --shape browser [--seconds 720] [--every 150] [--table file] [--seed 1] [--write file]`: crowds, each in front
// of a backend of its own, at once, and what they met.
import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { startBackend } from '../start-backend.js'
import { reportOf } from './report.js'
import { sendCrowd } from './send-crowd.js'
import { shapes, type Shape } from './shapes.js'

const { values } = parseArgs({
  options: {
    shape: { type: 'string', multiple: true, default: shapes.map(({ name }) => name) },
    seconds: { type: 'string' },
    every: { type: 'string' },
    table: { type: 'string' },
    seed: { type: 'string', default: '1' },
    write: { type: 'string' }
  }
})

/** So that every worker is replaced several times. */
const MAX_REQUESTS = 150

/** What it met, and whether that is as it should be. */
const run = async (shape: Shape): Promise<{ readonly text: string; readonly isWell: boolean }> => {
  const backend = await startBackend({ middleware: ['queries'], maxRequests: MAX_REQUESTS })
  try {
    const settings = values.table === undefined ? {} : { RESOURCES_FILE: values.table }
    const report = await sendCrowd({ ...shape, backend, settings, seed: Number(values.seed) })
    const { failures, differences } = report
    return { text: reportOf(shape, report), isWell: failures.length + differences.length === 0 }
  } finally {
    await backend.stop()
  }
}

const chosen = values.shape.map((name) => {
  const shape = shapes.find((each) => each.name === name)
  if (shape === undefined)
    throw new Error(
      `--shape: there is no '${name}'. There are: ${shapes.map((each) => each.name).join(', ')}.`
    )
  return {
    ...shape,
    seconds: Number(values.seconds ?? shape.seconds),
    everySeconds: Number(values.every ?? shape.everySeconds)
  }
})

const commit = execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim()
const met = await Promise.all(chosen.map(run))
const parts = [
  '# What crowds met',
  `\`${['npm run crowd', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' ')}\`, ${new Date().toISOString()}, commit ${commit}. What is assumed of the sessions: [README.md](README.md#crowds).`,
  ...met.map(({ text }) => text)
]
console.log(parts.join('\n\n'))
if (values.write !== undefined) await writeFile(values.write, `${parts.join('\n\n')}\n`)
process.exit(met.every(({ isWell }) => isWell) ? 0 : 1)
