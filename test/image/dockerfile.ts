import { readFileSync } from 'node:fs'

export interface Stage {
  readonly name: string
  readonly from: string
  readonly steps: readonly Step[]
}

export interface Step {
  readonly instruction: string
  readonly text: string
}

/** The stages of the Dockerfile in the folder above, by name; the last one is `''`. */
export const readStages = (): readonly Stage[] => {
  const text = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8')
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll('\\\n', ' ')
    .split('\n')
  const stages: { name: string; from: string; steps: Step[] }[] = []
  for (const line of lines) {
    const [, instruction = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? []
    const [, from = '', name = ''] = /^(\S+)(?: AS (\S+))?$/.exec(rest) ?? []
    if (instruction === 'FROM') stages.push({ name, from, steps: [] })
    else if (instruction !== '') stages.at(-1)?.steps.push({ instruction, text: rest })
  }
  return stages
}
