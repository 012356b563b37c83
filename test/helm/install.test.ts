import { execFile, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { parse } from 'yaml'
import { startOrigin } from '../demo/start-origin.js'
import { blocksOf, install, operations, readme } from '../support/readme.js'
import { startSidecar } from '../support/sidecar-process.js'
import { at, isRecord, needsHelm, refusal } from './support/chart.js'

const documents = { 'README.md': readme, 'docs/install.md': install, 'docs/operations.md': operations }

/** Each with its continued lines. */
const commandsIn = (document: string): readonly string[] =>
  blocksOf(document, 'bash').flatMap((block) => block.replaceAll(/\\\n\s*/g, ' ').split('\n'))

t.test('the chart takes every upgrade and every value that is shown', { skip: needsHelm }, async (t) => {
  for (const [file, document] of Object.entries(documents)) {
    const upgrades = commandsIn(document).filter((command) => /^helm .*upgrade/.test(command))
    const inProse = [...document.matchAll(/`(--set [^`]*)`/g)].map(([, text = '']) => text)
    for (const command of [...upgrades, ...inProse]) {
      const files = [...command.matchAll(/--values (\S+)/g)].map(([, path = '']) => path)
      const pairs = [...command.matchAll(/--set '?([\w.[\]-]+)=([^\s']+)/g)]
      const set = Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value]))
      const used = files.length > 0 ? files : ['helm/values-staging.yaml']
      // What installs has to name every image itself: an upgrade without --reuse-values forgets those of the one before.
      const isBare = command.includes('--install')
      t.equal(refusal({ files: used, set, isBare }), '', `${file}: ${command}`)
    }
    t.ok(upgrades.length > 0, `${file} shows some`)
  }
})

const filesIn = (folder: string): string[] =>
  readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'))

t.test('every value that is named is there', async (t) => {
  const values: unknown = parse(readFileSync('helm/values.yaml', 'utf8'))
  const roots = Object.keys(isRecord(values) ? values : {}).join('|')
  const names = new RegExp(`(?<=\`)(?:${roots})(?:\\.\\w+)+(?<!\\.env)(?!\\w)`, 'g')
  // Attributes of spans begin with the same word.
  const attributes = new Set(
    filesIn('src/telemetry/otel').flatMap((text) => text.match(/(?<=')cache\.[\w.]+(?=')/g) ?? [])
  )
  for (const [file, document] of Object.entries({ install, operations })) {
    const named = new Set(document.match(names)?.filter((name) => !attributes.has(name)))
    const missing = [...named].filter((name) => at(values, name.replaceAll('.', '/')) === undefined)
    t.strictSame(
      missing.filter((name) => !name.startsWith('sidecar.settings.')),
      [],
      file
    )
    t.ok(named.size > 2)
  }
})

t.test('the lines for a Deployment of your own are those of the tested chart', async (t) => {
  const folder = 'test/helm/consumer/templates'
  const tested = ['deployment.yaml', 'service.yaml'].map((file) => readFileSync(join(folder, file), 'utf8'))
  const lines = tested.flatMap((text) => text.split('\n').map((line) => line.trim()))
  const shown = blocksOf(install, 'yaml').find((block) => block.startsWith('initContainers')) ?? ''
  t.equal(shown.trim().split('\n').length, 3)
  for (const line of shown.trim().split('\n')) t.ok(lines.includes(line), line)
})

t.test('the compose commands name services that are there', async (t) => {
  const { services } = parse(readFileSync('compose.yaml', 'utf8')) as { services: object }
  const commands = commandsIn(install).filter((command) => command.startsWith('docker compose'))
  const named = commands.flatMap((command) => /(?:up -d|exec|logs|stop|ps) (\w+)/.exec(command)?.[1] ?? [])
  t.strictSame([...new Set(named)], ['redis'])
  t.ok(named.every((name) => Object.hasOwn(services, name)))
})

t.test('the calls that show it working print what is said', async (t) => {
  if (spawnSync('curl', ['--version']).status !== 0) {
    t.comment('Without curl this is not looked at')
    return
  }
  const { address } = await startOrigin(t)
  const sidecar = await startSidecar({ CACHE_STORE: 'memory', ORIGIN_URL: address })
  t.teardown(() => sidecar.stop())
  const lines = commandsIn(install).filter((line) => /^(READ=|curl )/.test(line))
  const script = lines
    .map((line) => (line.startsWith('curl') ? `${line}\necho` : line))
    .join('\n')
    .replace('http://127.0.0.1:8080', sidecar.proxy)
    .replace('http://127.0.0.1:8081', sidecar.control)
    .replace('http://127.0.0.1:9090', sidecar.ops)
  const { stdout: said } = await promisify(execFile)('sh', ['-c', script])
  const promised = lines.flatMap((line) => /# (spms;.*|\{.*)/.exec(line)?.[1] ?? [])
  t.equal(promised.length, 3)
  for (const text of promised) t.ok(said.includes(text), text)
})

t.test('files and headings that it links to are there', async (t) => {
  for (const [file, document] of Object.entries({
    'docs/install.md': install,
    'docs/operations.md': operations
  })) {
    for (const [, link = ''] of document.matchAll(/\]\((?!https?:)([^)]*)\)/g)) {
      const [path = '', heading] = link.split('#')
      const target = path === '' ? file : join(dirname(file), path)
      if (!existsSync(target)) t.fail(`${file}: ${link}`)
      else if (heading !== undefined) t.ok(headingsIn(target).includes(heading), `${file}: ${link}`)
    }
  }
})

const headingsIn = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-')
  )
