// Builds the image without a container engine, looks at what is in it, and walks the demo through a container of it: user
// 10001, a read-only root, no capability. The last line is `N passed, N failed`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { makeBases } from './image/bases.mjs'
import { RUN, startContainer } from './image/container.mjs'
import { EXPECTED, isProgram, listFiles, megabytesOf } from './image/contents.mjs'
import { buildahIn, ensureImageTools } from './image/tools.mjs'
import { LTS } from './node.mjs'
import { isOnPath, root } from './spawn.mjs'

/** Node has 127 of these, Debian's packages 29. */
const MAX_MEGABYTES = 175

const counts = { passed: 0, failed: 0 }
const check = (name, holds, found) => {
  counts[holds ? 'passed' : 'failed']++
  console.log(`${holds ? 'ok' : 'FAILED'}  ${name}`)
  if (!holds) console.log(found)
}

const folder = mkdtempSync(join(tmpdir(), 'spms-image-'))
const buildah = buildahIn(folder)

const IMAGE = 'localhost/spms-cache-sidecar'
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
/** As the release names it; a copy without git's records has none. */
const revision =
  spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).stdout.trim() || 'unknown'

const buildImage = () => {
  const npmCache = spawnSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).stdout.trim()
  buildah([
    ...['build', '--isolation', 'chroot', '--network', 'host', '--format', 'docker', '--tag', IMAGE],
    // What this machine's npm has downloaded is not downloaded again.
    ...['--volume', `${npmCache}:/root/.npm`],
    ...Object.entries({
      NODE_IMAGE: 'localhost/node',
      BASE_IMAGE: 'localhost/base',
      REVISION: revision
    }).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    root
  ])
}

/** The image's configuration and file system, for `run.mjs`, too. */
const unpack = () => {
  const { config } = JSON.parse(buildah(['inspect', '--type', 'image', IMAGE])).Docker
  const rootfs = buildah(['mount', buildah(['from', IMAGE])])
  writeFileSync(join(folder, 'image.json'), JSON.stringify({ rootfs, config }))
  return { config, rootfs }
}

const checkContents = ({ config, rootfs }) => {
  const labels = ['version', 'revision'].map((name) => config.Labels[`org.opencontainers.image.${name}`])
  check('its labels have version and revision', labels.join() === [version, revision].join(), labels)
  const files = listFiles(rootfs)
  const programs = files.filter(isProgram).map(({ path }) => path)
  check('Node is its only program', programs.join() === '/usr/local/bin/node', programs)
  const shells = files.filter(({ path }) =>
    /\/(sh|bash|dash|busybox|npm|npx|corepack|apt|apt-get|dpkg)$/.test(path)
  )
  check('no shell, no package manager, not as a link either', shells.length === 0, shells)
  const odd = files.filter(({ path }) => /\.map$|\/node_modules\//.test(path))
  check('no source map and no node_modules', odd.length === 0, odd)
  const app = files.filter(({ path }) => path.startsWith('/app/'))
  const unknown = app.filter(({ path }) => !EXPECTED.some((expected) => expected.test(path)))
  check('/app has what the sidecar reads and its records, and nothing else', unknown.length === 0, unknown)
  const loose = files.filter(({ isFile, mode, uid }) => isFile && (uid !== 0 || (mode & 0o6022) !== 0))
  check('every file is root’s, and neither writable by others nor setuid', loose.length === 0, loose)
  const bill = JSON.parse(readFileSync(join(rootfs, 'app/dist/sbom.cdx.json'), 'utf8'))
  const refs = bill.components.map((component) => component['bom-ref'])
  const wanted = [`node@${LTS}`, /^fastify@/, /^ioredis@/, /^undici@/, /^swagger-ui-dist@/]
  check(
    'its bill of materials names what the bundle is made of',
    wanted.every((ref) => refs.some((each) => each.match(ref))),
    refs
  )
  const total = megabytesOf(files)
  const node = megabytesOf(files.filter(isProgram))
  console.log(
    `    ${total} MB: Node ${node}, /app ${megabytesOf(app)}, Debian ${(total - node - megabytesOf(app)).toFixed(1)}`
  )
  check(`it has at most ${MAX_MEGABYTES} MB`, total <= MAX_MEGABYTES, total)
}

const checkContainer = async ({ config }) => {
  const container = await startContainer(folder)
  try {
    await checkRunning(container, config)
    await checkEnd(container)
  } finally {
    container.stop()
    await container.ended
  }
}

const checkRunning = async ({ ops, control, execute }, config) => {
  const said = await execute([
    'node',
    '--print',
    'JSON.stringify([process.getuid(), process.getgid(), process.version])'
  ])
  check('it runs as 10001 with the LTS', said.output === JSON.stringify([10001, 10001, `v${LTS}`]), said)
  const written = await execute(['node', '-e', "require('fs').writeFileSync('/tmp/a', '')"])
  check('nothing can be written', written.code === 1 && written.output.includes('EROFS'), written)
  const shell = await execute(['sh', '-c', 'true'])
  check('there is no shell to run', shell.output.includes('executable file not found'), shell)
  const health = await execute(
    config.Healthcheck.Test.slice(1).map((part) => part.replace('http://127.0.0.1:9090', ops))
  )
  check('its health check passes', health.code === 0, health)
  const metrics = await (await fetch(`${ops}/metrics`)).text()
  const info = `spms_cache_build_info{version="${version}",revision="${revision}",node="${LTS}"} 1`
  check('its metrics say version and revision', metrics.includes(info), metrics.match(/.*build_info.*/g))
  const page = await (await fetch(`${control}/docs`)).text()
  const links = [...page.matchAll(/(?:href|src)="([^"]+)"/g)].map(
    ([, link]) => new URL(link, `${control}/docs`)
  )
  const urls = [`${control}/openapi.json`, ...links]
  const answers = await Promise.all(urls.map(async (url) => [String(url), (await fetch(url)).status]))
  check(
    '/openapi.json and all that /docs shows are there',
    links.length === 7 && answers.every(([, status]) => status === 200),
    answers
  )
}

const checkEnd = async ({ execute, ended }) => {
  const startedAt = performance.now()
  // The chart's preStop.
  await execute(['node', '-e', "process.kill(1, 'SIGTERM')"])
  const code = await ended
  const seconds = (performance.now() - startedAt) / 1000
  check('told to stop, it ends in order within 10 s', code === 0 && seconds < 10, { code, seconds })
}

const walkDemo = () => {
  const { status, stdout, stderr } = spawnSync(
    'npm',
    ['run', '--silent', 'demo', '--', '--once', RUN, folder],
    { cwd: root, encoding: 'utf8', timeout: 120_000 }
  )
  check('the demo walks through it', status === 0, `${stdout}${stderr}`)
}

const timed = async (name, run) => {
  const startedAt = performance.now()
  const result = await run()
  console.log(`    ${name}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  return result
}

try {
  ensureImageTools()
  await timed('bases', () => makeBases(folder, buildah))
  await timed('build', buildImage)
  const image = unpack()
  checkContents(image)
  await timed('container', () => checkContainer(image))
  await timed('demo', walkDemo)
} catch (error) {
  console.error([error.stdout, error.stderr, error.message].filter(Boolean).join('\n'))
  counts.failed++
} finally {
  if (isOnPath('buildah')) buildah(['rm', '--all'])
  rmSync(folder, { recursive: true, force: true })
}
console.log(`${counts.passed} passed, ${counts.failed} failed`)
process.exitCode = counts.failed === 0 ? 0 : 1
