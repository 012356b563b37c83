import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensurePooler } from './pooler.mjs'
import { ensurePostgres } from './postgres.mjs'
import { isOnPath, root, runQuietly } from './spawn.mjs'
import { installFromSystem, MANAGERS_NAMED } from './system-packages.mjs'

const requirements = [
  'test/origins/requirements.txt',
  'test/backend/requirements.txt',
  'clients/django/proofs/requirements.txt'
].map((file) => join(root, file))
const tools = join(root, '.tools')
const folder = join(tools, 'python')
/** What the folder was made from: the requirements, once all of them are installed. */
const stamp = join(folder, '.installed')

/**
 * Makes sure that the tests have the servers that the sidecar stands in front of: gunicorn, uvicorn, waitress, Django and
 * its REST framework, and django-redis, from PyPI in `.tools/python`, exactly as the `requirements.txt` pin them, and nginx, PostgreSQL and PgBouncer from
 * the system's packages.
 */
export const ensureOrigins = () => {
  ensureNginx()
  ensurePostgres()
  ensurePooler()
  const wanted = requirements.map((file) => readFileSync(file, 'utf8')).join('\n')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && isWhole()) return
  console.log('Installing gunicorn, uvicorn, waitress, Django and its REST framework …')
  const python = ensurePython()
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(tools, { recursive: true })
  writeFileSync(join(tools, '.gitignore'), '*\n')
  runQuietly(python, ['-m', 'venv', folder])
  runQuietly(join(folder, 'bin', 'python'), [
    '-m',
    'pip',
    'install',
    ...PIP_ARGUMENTS,
    ...requirements.flatMap((file) => ['-r', file])
  ])
  writeFileSync(stamp, wanted)
}

const PIP_ARGUMENTS = ['--quiet', '--disable-pip-version-check', '--require-hashes', '--only-binary', ':all:']

/** The Python that it was made with may be gone. */
const isWhole = () =>
  spawnSync(join(folder, 'bin', 'python'), [
    '-c',
    'import django, django_redis, gunicorn, psycopg, rest_framework, uvicorn, waitress'
  ]).status === 0

/** The Python with which it is made; the oldest that the pinned releases take is 3.11. */
const ensurePython = () => {
  const packages = { 'apt-get': ['python3 python3-venv'], brew: ['python'], '': ['python3'] }
  const isThere = () => usablePython() !== undefined
  const failures = isThere() ? [] : installFromSystem({ title: 'Python', packages, isThere })
  const python = usablePython()
  if (python !== undefined) return python
  throw new Error(
    [
      'The tests need Python 3.11 or later with `venv` and `pip`, for gunicorn, uvicorn, waitress and Django in front of which they run',
      'the sidecar, and it could not be found or installed. Any one of these is enough:',
      '  - install it (on Debian and Ubuntu: `apt-get install python3 python3-venv`) and put `python3` on the PATH;',
      `  - ${MANAGERS_NAMED}: it is then installed from there.`,
      ...failures
    ].join('\n')
  )
}

const usablePython = () =>
  ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11'].find(
    (program) => isOnPath(program) && spawnSync(program, ['-c', IS_USABLE]).status === 0
  )

/** Debian has `venv` without `ensurepip`, which it needs, unless python3-venv is installed. */
const IS_USABLE = 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))'

const ensureNginx = () => {
  const isThere = () => isOnPath('nginx')
  const failures = isThere()
    ? []
    : installFromSystem({ title: 'nginx', packages: { '': ['nginx'] }, isThere })
  if (isThere()) return
  throw new Error(
    [
      'The tests need nginx as one of the servers that they run the sidecar in front of, and it could not be found or',
      'installed. Any one of these is enough:',
      '  - put `nginx` on the PATH (/usr/sbin is often not on it);',
      `  - ${MANAGERS_NAMED}: it is then installed from there.`,
      ...failures
    ].join('\n')
  )
}
