import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { root, runQuietly } from './spawn.mjs'

const tools = join(root, '.tools')

/** The path of a Python of this release or a later one, the oldest first. Throws where there is none. */
export const findPython = (oldest) => {
  const minor = Number(oldest.split('.')[1])
  const releases = [11, 12, 13, 14].filter((each) => each >= minor).map((each) => `3.${each}`)
  for (const release of releases) {
    const found = [`python${release}`, ...fromPyenv(release), 'python3'].find((program) =>
      isUsable(program, minor)
    )
    if (found !== undefined) return found
  }
  throw new Error(
    `Python ${oldest} or later with \`venv\` and \`pip\` is needed, and none is on the PATH or in pyenv.`
  )
}

/** The Python of a virtual environment in `.tools`, made anew when its requirements (files with hashes) are others. */
export const ensureVenv = ({ name, python, requirements }) => {
  const folder = join(tools, name)
  const stamp = join(folder, '.installed')
  const program = join(folder, 'bin', 'python')
  const wanted = [python, ...requirements.map((file) => readFileSync(file, 'utf8'))].join('\n')
  const isWhole = existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted
  if (isWhole && spawnSync(program, ['-c', '']).status === 0) return program
  console.log(`Installing what ${name} needs …`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(tools, { recursive: true })
  writeFileSync(join(tools, '.gitignore'), '*\n')
  runQuietly(python, ['-m', 'venv', folder])
  const install = ['--quiet', '--disable-pip-version-check', '--require-hashes', '--only-binary', ':all:']
  const files = requirements.flatMap((file) => ['-r', file])
  runQuietly(program, ['-m', 'pip', 'install', ...install, ...files])
  writeFileSync(stamp, wanted)
  return program
}

/** Those that pyenv has, whether they are the chosen ones or not. */
const fromPyenv = (release) => {
  const versions = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions')
  if (!existsSync(versions)) return []
  return readdirSync(versions)
    .filter((name) => name.startsWith(`${release}.`))
    .map((name) => join(versions, name, 'bin', 'python'))
}

const isUsable = (program, minor) =>
  spawnSync(program, ['-c', `import ensurepip, sys, venv; sys.exit(sys.version_info < (3, ${minor}))`])
    .status === 0
