import { parseArgs } from 'node:util'

export interface Options {
  readonly isQuick: boolean
  /** Names of scenarios; all without. */
  readonly only: readonly string[] | undefined
  /** Nothing is measured: the report is written anew. */
  readonly isReport: boolean
}

export const USAGE = `Usage: npm run bench -- [--quick] [--only <scenario>,<scenario>…] [--report]

  --quick    fewer rounds and smaller sizes: a minute or two instead of half an hour, with figures to match
  --only     these scenarios, such as \`--only hit,miss\`
  --report   measures nothing: writes results.md and results.svg anew from results.json and remarks.md`

export class OptionsError extends Error {
  override readonly name = 'OptionsError'
}

/** Throws `OptionsError` with one line that says what is wrong, and how it would be right. */
export const readOptions = (args: readonly string[], names: readonly string[]): Options => {
  const { quick, only, report } = parse(args)
  const options = { isQuick: quick, isReport: report }
  if (only === undefined) return { ...options, only }
  const chosen = only.split(',')
  const unknown = chosen.find((name) => !names.includes(name))
  if (unknown !== undefined) {
    throw new OptionsError(`--only: there is no scenario '${unknown}'. There are: ${names.join(', ')}.`)
  }
  return { ...options, only: chosen }
}

const parse = (args: readonly string[]): { quick: boolean; only: string | undefined; report: boolean } => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string' },
        report: { type: 'boolean', default: false }
      }
    })
    return { quick: values.quick, only: values.only, report: values.report }
  } catch (error) {
    throw new OptionsError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}
