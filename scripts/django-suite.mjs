import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureVenv, findPython } from './pythons.mjs'
import { root, runQuietly } from './spawn.mjs'

const folder = join(root, 'clients', 'django', 'django_suite')
const tools = join(root, '.tools')

/** The releases of Django whose tests are run, and the oldest Python that each runs on. */
const RELEASES = { 5.2: '3.11', '6.0': '3.12' }

/**
 * Makes sure that `.tools` has the pinned source distributions of Django, unpacked, and for each a Python that has what its
 * tests need. Nothing of them is kept in the project. Releases that are named in the arguments, or all.
 */
export const ensureDjangoSuite = (args) => {
  const named = Object.keys(RELEASES).filter((release) => args.includes(release))
  for (const release of named.length > 0 ? named : Object.keys(RELEASES)) ensureRelease(release)
}

const ensureRelease = (release) => {
  const pin = join(folder, `django-${release}.txt`)
  const python = ensureVenv({
    name: `django-suite-${release}`,
    program: findPython(RELEASES[release]),
    requirements: [join(folder, 'requirements.txt')]
  })
  const target = join(tools, `django-source-${release}`)
  const stamp = join(target, '.unpacked')
  const wanted = readFileSync(pin, 'utf8')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  console.log(`Fetching the source distribution of Django ${release} …`)
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  runQuietly(python, ['-m', 'pip', 'download', ...PIP_ARGUMENTS, '--dest', target, '-r', pin])
  const archive = readdirSync(target).find((name) => name.endsWith('.tar.gz'))
  runQuietly('tar', ['xzf', join(target, archive), '-C', target, '--strip-components=1'])
  writeFileSync(stamp, wanted)
}

// Without isolation pip takes the pinned setuptools, and not what PyPI has that day.
const PIP_ARGUMENTS = [
  ...['--quiet', '--disable-pip-version-check', '--require-hashes', '--no-deps'],
  ...['--no-binary', ':all:', '--no-build-isolation']
]
