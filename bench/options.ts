import { parseArgs } from 'node:util'

/** What the subjects stand in front of: a bare server that answers at once, or the Django backend of the tests. */
export type OriginName = 'bare' | 'backend'

export interface Options {
  readonly isQuick: boolean
  readonly origin: OriginName
  /** Names of scenarios; all without. */
  readonly only: readonly string[] | undefined
  /** Nothing is measured: the report is written anew. */
  readonly isReport: boolean
}

export const USAGE = `Usage: npm run bench -- [--quick] [--only <scenario>,<scenario>…] [--origin backend] [--report]

  --quick    fewer rounds and smaller sizes: a minute or two instead of half an hour, with figures to match
  --only     these scenarios, such as \`--only hit,miss\`
  --origin   \`backend\`: what a hit, a forwarded read and a stampede cost in front of Django, gunicorn and PostgreSQL
  --report   measures nothing: writes results.md and results.svg anew from results.json and remarks.md`

export class OptionsError extends Error {
  override readonly name = 'OptionsError'
}

/** Throws `OptionsError` with one line that says what is wrong, and how it would be right. */
export const readOptions = (
  args: readonly string[],
  namesOf: Readonly<Record<OriginName, readonly string[]>>
): Options => {
  const { quick, only, report, origin } = parse(args)
  if (!isOriginName(origin)) {
    throw new OptionsError(`--origin: there is no origin '${origin}'. There are: bare, backend.`)
  }
  const options = { isQuick: quick, isReport: report, origin }
  if (only === undefined) return { ...options, only }
  const names = namesOf[origin]
  const chosen = only.split(',')
  const unknown = chosen.find((name) => !names.includes(name))
  if (unknown !== undefined) {
    throw new OptionsError(`--only: there is no scenario '${unknown}'. There are: ${names.join(', ')}.`)
  }
  return { ...options, only: chosen }
}

const isOriginName = (name: string): name is OriginName => name === 'bare' || name === 'backend'

interface Parsed {
  readonly quick: boolean
  readonly only: string | undefined
  readonly report: boolean
  readonly origin: string
}

const parse = (args: readonly string[]): Parsed => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string' },
        origin: { type: 'string', default: 'bare' },
        report: { type: 'boolean', default: false }
      }
    })
    return values.only === undefined ? { ...values, only: undefined } : { ...values, only: values.only }
  } catch (error) {
    throw new OptionsError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}
