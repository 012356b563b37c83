import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Writes a file of `bench/peers` into a folder, `{{name}}` replaced by its value, and returns its path. */
export const fillTemplate = async (
  file: string,
  folder: string,
  values: Readonly<Record<string, string>>
): Promise<string> => {
  const template = await readFile(new URL(`../peers/${file}`, import.meta.url), 'utf8')
  const text = template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`${file} names {{${name}}}, which has no value.`)
    return value
  })
  const filled = join(folder, file)
  await writeFile(filled, text)
  return filled
}
