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

/** A virtual environment in `.tools` with exactly what the file pins; made anew when that has changed. */
export const ensureVenv = ({ name, program, requirements }) => {
  const folder = join(root, '.tools', name)
  const python = join(folder, 'bin', 'python')
  const stamp = join(folder, '.installed')
  const wanted = `${program}\n${readFileSync(requirements, 'utf8')}`
  const isThere = existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted
  if (isThere && versionOf(python) !== undefined) return python
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(root, '.tools'), { recursive: true })
  writeFileSync(join(root, '.tools/.gitignore'), '*\n')
  runQuietly(program, ['-m', 'venv', folder])
  runQuietly(python, [
    ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'],
    ...['--require-hashes', '--only-binary', ':all:', '-r', requirements]
  ])
  writeFileSync(stamp, wanted)
  return python
}

const candidatesFor = (version) => [
  `python${version}`,
  ...pyenvVersions()
    .filter((each) => each.startsWith(`${version}.`))
    .map((each) => join(homedir(), '.pyenv/versions', each, 'bin/python')),
  'python3'
]

const pyenvVersions = () => {
  const folder = join(homedir(), '.pyenv/versions')
  return existsSync(folder) ? readdirSync(folder) : []
}

/** `undefined` where it does not run, or cannot make virtual environments, as Debian's without python3-venv. */
const versionOf = (program) => {
  const { status, stdout } = spawnSync(program, ['-c', VERSION], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}

const VERSION = 'import ensurepip, sys; print("%d.%d" % sys.version_info[:2])'
