import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { MAIN } from '../support/sidecar-command.js'

const folder = dirname(MAIN)
const chunks = readdirSync(folder).filter((name) => name.endsWith('.js'))
const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8')

/** What is read with a file, before anybody asks for more. */
const loadedWith = (name: string, seen = new Set<string>()): ReadonlySet<string> => {
  seen.add(name)
  for (const [, imported = ''] of textOf(name).matchAll(
    /^(?:import|export)\b[^'"]*["']\.\/([^'"]+)["'];?$/gm
  ))
    if (!seen.has(imported)) loadedWith(imported, seen)
  return seen
}

const chunkOf = (module: string): string => chunks.find((name) => name.startsWith(`${module}-`)) ?? ''

t.test('who logs in with a password loads nothing for tokens, nor for a password file', async (t) => {
  const start = loadedWith(chunkOf('start'))
  t.ok(start.size > 1, [...start].join(' '))
  for (const module of ['entra-token', 'token-credentials', 'password-file']) {
    t.ok(chunkOf(module), module)
    t.notOk(start.has(chunkOf(module)), module)
  }
  const holders = chunks.filter((name) => textOf(name).includes('WorkloadIdentityCredential'))
  t.strictSame(holders, [chunkOf('entra-token')])
})

t.test('and a password file loads nothing for tokens', async (t) => {
  t.notOk(loadedWith(chunkOf('password-file')).has(chunkOf('entra-token')))
})
