import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { mayRaisePriority } from '../load/cores.js'
import type { Bench } from '../scenario.js'
import { searchPath } from '../subjects/process.js'

/** The machine, and the versions of all that ran on it. */
export const readEnvironment = ({ cores }: Pick<Bench, 'cores'>): readonly (readonly [string, string])[] => [
  [
    'machine',
    `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, ${gibibytes()} GiB, Linux ${release()}`
  ],
  [
    'pinned',
    cores === undefined
      ? 'nothing: there is one core only, or no `taskset`'
      : `subjects to core ${cores.subject}; load, origin and Redis to core ${cores.load}${PRIORITY}`
  ],
  [
    'versions',
    [`Node ${process.versions.node}`, ...VERSIONS.flatMap(versionOf), ...PACKAGES.map(packageVersion)].join(
      ', '
    )
  ],
  ['commit', firstLine('git', ['describe', '--always', '--dirty']) ?? 'unknown']
]

const PRIORITY = mayRaisePriority() ? ', where the load comes last' : ''

const gibibytes = (): number => Math.round(totalmem() / 2 ** 30)

const VERSIONS: readonly { readonly name: string; readonly command: readonly [string, ...string[]] }[] = [
  { name: 'Redis', command: ['redis-server', '--version'] },
  { name: 'Valkey', command: ['valkey-server', '--version'] },
  { name: 'nginx', command: ['nginx', '-v'] },
  { name: 'Varnish', command: ['varnishd', '-V'] },
  { name: 'webdis', command: ['dpkg-query', '--show', '--showformat=${Version}', 'webdis'] }
]

const versionOf = ({ name, command: [program, ...args] }: (typeof VERSIONS)[number]): readonly string[] => {
  const version = /\d+\.\d+(\.\d+)*/.exec(firstLine(program, args) ?? '')?.[0]
  return version === undefined ? [] : [`${name} ${version}`]
}

const PACKAGES = ['fastify', 'ioredis', 'undici', 'autocannon'] as const

const packageVersion = (name: (typeof PACKAGES)[number]): string => {
  const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url)
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }
  return `${name} ${version}`
}

/** Of what a program says, some of them on stderr; `undefined` where it is not there or fails. */
const firstLine = (program: string, args: readonly string[]): string | undefined => {
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, PATH: searchPath().join(':') }
  })
  return status === 0 ? `${stdout}${stderr}`.trim().split('\n')[0] : undefined
}
