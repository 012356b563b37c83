import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { isExecutable, root } from './spawn.mjs'
import { installFromSystem, MANAGERS_NAMED } from './system-packages.mjs'

const tools = join(root, '.tools')
/** The folder of the server's programs, wherever the system has it: Debian's is not on the PATH. */
const link = join(tools, 'postgres')

/** Makes sure that the tests have a PostgreSQL server, with its programs in `.tools/postgres`. */
export const ensurePostgres = () => {
  if (isWhole(link)) return
  const isThere = () => programsFolder() !== undefined
  const packages = {
    brew: ['postgresql'],
    dnf: ['postgresql-server'],
    yum: ['postgresql-server'],
    '': ['postgresql']
  }
  const failures = isThere() ? [] : installFromSystem({ title: 'PostgreSQL', packages, isThere })
  const folder = programsFolder()
  if (folder === undefined) {
    throw new Error(
      [
        'The tests need PostgreSQL for the backend in front of which they run the sidecar, and it could not be found or',
        'installed. Any one of these is enough:',
        '  - put `initdb` and `postgres` on the PATH;',
        `  - ${MANAGERS_NAMED}: it is then installed from there.`,
        ...failures
      ].join('\n')
    )
  }
  mkdirSync(tools, { recursive: true })
  writeFileSync(join(tools, '.gitignore'), '*\n')
  rmSync(link, { force: true })
  symlinkSync(folder, link)
}

const programsFolder = () => [...(process.env.PATH ?? '').split(delimiter), ...installations()].find(isWhole)

/** Where packages put it, the newest release first: `/usr/lib/postgresql/15/bin` and the like. */
const installations = () =>
  ['/usr/lib/postgresql', '/usr/libexec', '/usr', '/opt/homebrew/opt', '/usr/local/opt'].flatMap((parent) =>
    foldersIn(parent)
      .filter((name) => /^(pgsql-|postgresql@?)?\d*$/.test(name))
      .toSorted((a, b) => Number(b.replace(/\D/g, '')) - Number(a.replace(/\D/g, '')))
      .flatMap((name) => [join(parent, name, 'bin'), join(parent, name)])
  )

const foldersIn = (parent) => {
  try {
    return readdirSync(parent)
  } catch {
    return []
  }
}

const isWhole = (folder) =>
  ['initdb', 'postgres', 'psql'].every((program) => isExecutable(join(folder, program)))
