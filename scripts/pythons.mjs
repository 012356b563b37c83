import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { root, runQuietly } from './spawn.mjs'

/** What the client for Django is made for. */
const VERSIONS = ['3.11', '3.12', '3.13', '3.14']

/** The programs of those versions that are on this machine, the oldest first. */
export const findPythons = () =>
  VERSIONS.flatMap((version) => {
    const program = candidatesFor(version).find((each) => versionOf(each) === version)
    return program === undefined ? [] : [{ version, program }]
  })

/** The program of the oldest of those from `oldest` on. Throws where there is none. */
export const findPython = (oldest) => {
  const found = findPythons().find(({ version }) => VERSIONS.indexOf(version) >= VERSIONS.indexOf(oldest))
  if (found !== undefined) return found.program
  throw new Error(
    `Python ${oldest} or later with \`venv\` and \`pip\` is needed, and none is on the PATH or in pyenv.`
  )
}

/**
 * The Python of a virtual environment in `.tools` with exactly what the files pin by hash; made anew when one of them
 * has changed.
 */
export const ensureVenv = ({ name, program, requirements }) => {
  const folder = join(root, '.tools', name)
  const python = join(folder, 'bin', 'python')
  const stamp = join(folder, '.installed')
  const wanted = [program, ...requirements.map((file) => readFileSync(file, 'utf8'))].join('\n')
  const isWhole = existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted
  if (isWhole && versionOf(python) !== undefined) return python
  console.log(`Installing what ${name} needs …`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(root, '.tools'), { recursive: true })
  writeFileSync(join(root, '.tools/.gitignore'), '*\n')
  runQuietly(program, ['-m', 'venv', folder])
  runQuietly(python, [
    ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'],
    ...['--require-hashes', '--only-binary', ':all:'],
    ...requirements.flatMap((file) => ['-r', file])
  ])
  writeFileSync(stamp, wanted)
  return python
}

const candidatesFor = (version) => [
  `python${version}`,
  ...pyenvVersions()
    .filter((each) => each.startsWith(`${version}.`))
    .map((each) => join(pyenvFolder, each, 'bin/python')),
  'python3'
]

const pyenvFolder = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions')

const pyenvVersions = () => (existsSync(pyenvFolder) ? readdirSync(pyenvFolder) : [])

/** `undefined` where it does not run, or cannot make virtual environments, as Debian's without python3-venv. */
const versionOf = (program) => {
  const { status, stdout } = spawnSync(program, ['-c', VERSION], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}

const VERSION = 'import ensurepip, sys; print("%d.%d" % sys.version_info[:2])'
