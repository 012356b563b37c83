// Writes the pages that are made from the sources.
import { readFileSync, writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { configurationDocument } from './configuration.js'

const file = 'docs/configuration.md'
const text = await format(configurationDocument(), { ...(await resolveConfig(file)), parser: 'markdown' })
if (process.argv.includes('--check') && readFileSync(file, 'utf8') !== text) {
  console.error(`${file} is not what its sources make: run \`npm run docs\`.`)
  process.exitCode = 1
} else {
  writeFileSync(file, text)
}
