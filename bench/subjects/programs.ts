import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import { searchPath } from './process.js'

/** One line for those who lack the program; `undefined` for those who have it. */
export const missingProgram = async (program: string, install: string): Promise<string | undefined> => {
  for (const folder of searchPath()) if (await isExecutable(join(folder, program))) return undefined
  return `${program} is not installed: ${install}`
}

const isExecutable = async (file: string): Promise<boolean> => {
  try {
    await access(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
