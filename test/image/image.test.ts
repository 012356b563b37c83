import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { eventually } from '../support/eventually.js'
import { freePort } from '../support/free-port.js'
import { get } from '../support/http.js'
import { NODE_ARGUMENTS } from '../support/sidecar-command.js'
import { readStages, type Stage } from './dockerfile.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const stages = readStages()
const stageOf = (name: string): Stage => {
  const found = stages.find((stage) => stage.name === name)
  if (found === undefined) throw new Error(`no stage ${name}`)
  return found
}

/** What the install of this checkout has downloaded is not downloaded again, where npm still has it. */
const FROM_CACHE = { ...process.env, npm_config_prefer_offline: 'true' }

/** Runs the COPY and RUN steps of a stage in a folder that stands for `/app`. */
const build = (stage: Stage, app: string, sourceOf: (from: string) => string): void => {
  for (const { instruction, text } of stage.steps) {
    if (instruction === 'RUN') execFileSync('sh', ['-c', text], { cwd: app, stdio: 'pipe', env: FROM_CACHE })
    if (instruction !== 'COPY') continue
    const [, from = ''] = /^--from=(\S+)/.exec(text) ?? []
    const paths = text.replace(/^--from=\S+\s+/, '').split(/\s+/)
    const target = paths.pop() ?? '.'
    for (const path of paths) {
      const name = target.endsWith('/') ? (path.split('/').pop() ?? path) : target
      cpSync(join(sourceOf(from), path.replace(/^\/app\//, '')), join(app, name), { recursive: true })
    }
  }
}

const makeReadOnly = (folder: string): void => {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) makeReadOnly(join(folder, entry.name))
  }
  chmodSync(folder, 0o555)
}

t.test(
  'the steps of the Dockerfile give a sidecar that runs as its number on a read-only tree',
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'image-'))
    t.teardown(() => {
      execFileSync('chmod', ['-R', 'u+w', folder])
      rmSync(folder, { recursive: true })
    })
    chmodSync(folder, 0o755)
    const [work, app] = [join(folder, 'build'), join(folder, 'app')]
    for (const each of [work, app]) mkdirSync(each)
    build(stageOf('build'), work, () => root)
    build(stageOf('production'), work, () => root)
    build(stageOf(''), app, () => work)
    makeReadOnly(app)
    t.same(readdirSync(app).sort(), ['dist', 'node_modules', 'package.json'])
    t.notOk(readdirSync(join(app, 'node_modules')).includes('typescript'), 'production dependencies only')

    const { steps } = stageOf('')
    const textOf = (instruction: string): string =>
      steps.findLast((step) => step.instruction === instruction)?.text ?? ''
    const [uid = 0, gid = 0] = textOf('USER').split(':').map(Number)
    t.ok(uid > 0 && gid > 0, 'a fixed number, not root')
    const command: unknown = JSON.parse(textOf('CMD'))
    t.same(command, ['node', ...NODE_ARGUMENTS, 'dist/main.js'])
    const ports = { PROXY_PORT: await freePort(), CONTROL_PORT: await freePort(), OPS_PORT: await freePort() }
    const child = spawn(process.execPath, [...NODE_ARGUMENTS, 'dist/main.js'], {
      cwd: app,
      env: { CACHE_STORE: 'memory', NODE_ENV: 'production', ...mapToText(ports) },
      stdio: 'ignore',
      // Only root may become somebody else; others run it as themselves.
      ...(process.getuid?.() === 0 && { uid, gid })
    })
    t.teardown(() => child.kill('SIGKILL'))
    const exited = new Promise((resolve) => child.once('exit', (code) => resolve(code)))
    await eventually(async () => (await get(`http://127.0.0.1:${ports.OPS_PORT}/ready`)).status === 200, {
      timeoutMs: 20_000
    })
    child.kill('SIGTERM')
    t.equal(await exited, 0, 'SIGTERM ends it in order')
  }
)

const mapToText = (values: Readonly<Record<string, number>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))

t.test('the image has the LTS that the commands fetch, and the floor is the same everywhere', async (t) => {
  const read = (file: string): string => readFileSync(join(root, file), 'utf8')
  const [, floor = '', lts = ''] =
    /const FLOOR = '(.*)'[^]*const LTS = '(.*)'/.exec(read('scripts/node.mjs')) ?? []
  const minor = floor.replace(/\.\d+$/, '')
  t.match(read('Dockerfile'), `ARG NODE_IMAGE=node:${lts.split('.')[0] ?? ''}-alpine`)
  t.match(read('package.json'), `"node": ">=${floor}"`)
  t.match(read('package.json'), `"@types/node": "${minor}.`)
  t.match(read('scripts/build.mjs'), `target: 'node${minor}'`)
  t.match(read('README.md'), `Node ${minor} or later`)
})
