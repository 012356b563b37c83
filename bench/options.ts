import { parseArgs } from 'node:util'

export interface Options {
  readonly isQuick: boolean
  /** Names of scenarios; all without. */
  readonly only: readonly string[] | undefined
}

export const USAGE = `Usage: npm run bench -- [--quick] [--only <scenario>,<scenario>…]

  --quick   fewer rounds and smaller sizes: about a minute, with figures to match
  --only    these scenarios, such as \`--only hit,miss\``

export class OptionsError extends Error {
  override readonly name = 'OptionsError'
}

/** Throws `OptionsError` with one line that says what is wrong, and how it would be right. */
export const readOptions = (args: readonly string[], names: readonly string[]): Options => {
  const { quick, only } = parse(args)
  if (only === undefined) return { isQuick: quick, only }
  const chosen = only.split(',')
  const unknown = chosen.find((name) => !names.includes(name))
  if (unknown !== undefined) {
    throw new OptionsError(`--only: there is no scenario '${unknown}'. There are: ${names.join(', ')}.`)
  }
  return { isQuick: quick, only: chosen }
}

const parse = (args: readonly string[]): { quick: boolean; only: string | undefined } => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } }
    })
    return { quick: values.quick, only: values.only }
  } catch (error) {
    throw new OptionsError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}
