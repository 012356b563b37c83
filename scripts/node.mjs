import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { root, runQuietly } from './spawn.mjs'

/** What `npm` and these scripts need. */
const SCRIPTS_FLOOR = '20.19.0'
/** What the sidecar, its tests and its benchmarks need: the floor of undici 8. */
const FLOOR = '22.19.0'
/** The current LTS, which the image ships too. */
export const LTS = '24.21.0'

/**
 * The path of the Node to go on with: this one where it is new enough, else the LTS, fetched as a package. RUN_WITH_NODE
 * asks for one in particular: `lts`, `floor` or a version. Throws when this one is too old for npm.
 */
export const ensureNode = (wanted = process.env.RUN_WITH_NODE) => {
  const own = process.versions.node
  if (isOlder(own, SCRIPTS_FLOOR))
    throw new Error(`Node ${SCRIPTS_FLOOR} or later is needed, this is ${own}.`)
  const version = wanted ? (NAMED[wanted] ?? wanted) : isOlder(own, FLOOR) ? LTS : own
  if (version === own) return process.execPath
  const program = installNode(version)
  const reason = wanted ? 'as RUN_WITH_NODE says' : `because ${own} is older than ${FLOOR}`
  console.log(`Going on with Node ${version} of the package \`${packageName()}\`, ${reason}.`)
  return program
}

const NAMED = { lts: LTS, floor: FLOOR }

/** The path of the LTS, fetched as a package unless this is it. */
export const ensureLts = () => programOf('lts')

/** The same of `lts`, `floor` or a version. */
export const programOf = (name) => {
  const version = NAMED[name] ?? name
  return version === process.versions.node ? process.execPath : installNode(version)
}

/** Downloaded once for a version into `.tools`, which git ignores. */
const installNode = (version) => {
  const folder = join(root, '.tools', `node-${version}`)
  const name = packageName()
  const program = join(
    folder,
    'node_modules',
    name,
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node'
  )
  const installed = join(folder, '.installed')
  if (existsSync(installed)) return program
  console.log(`Installing Node ${version} …`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(root, '.tools', '.gitignore'), '*\n')
  runQuietly('npm', [
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--no-audit',
    '--no-fund',
    `${name}@${version}`
  ])
  writeFileSync(installed, '')
  return program
}

/** The environment in which `node` is this program, for what runs by name. */
export const withNode = (program) => ({
  ...process.env,
  RUN_WITH_NODE: '',
  PATH: [dirname(program), process.env.PATH].join(delimiter)
})

/**
 * The package `node` does nothing but install this one by a script of its own, which npm does not run unless it is
 * told to. Its name differs on Macs with processors of Apple, and on Windows.
 */
const packageName = () => {
  const { platform, arch } = process
  const prefix = platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node'
  return [prefix, platform === 'win32' ? 'win' : platform, arch].join('-')
}

const isOlder = (version, floor) => {
  const [left, right] = [version, floor].map((text) => text.split('.').map(Number))
  const at = left.findIndex((part, index) => part !== right[index])
  return at >= 0 && left[at] < right[at]
}
