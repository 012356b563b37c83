// Writes the pages that are made from the sources.
import { readFileSync, writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { chartReadme } from './chart-readme.js'
import { configurationDocument } from './configuration.js'

const pages = { 'docs/configuration.md': configurationDocument, 'helm/README.md': chartReadme }

for (const [file, written] of Object.entries(pages)) {
  const text = await format(written(), { ...(await resolveConfig(file)), parser: 'markdown' })
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${file} is not what its sources make: run \`npm run docs\`.`)
    process.exitCode = 1
  }
}
