import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { endWithTest, nodeCommand } from '../support/children.js'
import { eventually } from '../support/eventually.js'
import { freePort } from '../support/free-port.js'
import { get } from '../support/http.js'
import { NODE_ARGUMENTS } from '../support/sidecar-command.js'

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url))
const USER = 10001

/** The built folder where nothing is beside it, and nothing in it can be changed. */
const copyDist = (t: Test, without = /\.map$/): string => {
  const folder = mkdtempSync(join(tmpdir(), 'spms-bundle-'))
  t.teardown(() => {
    execFileSync('chmod', ['-R', 'u+w', folder])
    rmSync(folder, { recursive: true })
  })
  cpSync(DIST, join(folder, 'dist'), { recursive: true, filter: (file) => !without.test(file) })
  execFileSync('chmod', ['-R', 'a-w,a+rX', folder])
  chmodSync(folder, 0o555)
  return join(folder, 'dist')
}

const start = async (t: Test, folder: string) => {
  const [proxy, control, ops] = [await freePort(), await freePort(), await freePort()]
  const ports = { PROXY_PORT: `${proxy}`, CONTROL_PORT: `${control}`, OPS_PORT: `${ops}` }
  // Node denies what is not allowed here: a file beyond the folder, one to be written, another program.
  const permissions = ['--permission', `--allow-fs-read=${folder}/`]
  const env = { CACHE_STORE: 'memory', NODE_ENV: 'production', ...ports }
  const args = [...permissions, ...NODE_ARGUMENTS, join(folder, 'main.js')]
  const child = spawn(...nodeCommand(args, env), {
    cwd: '/',
    stdio: 'ignore',
    // Only root may become somebody else; others run it as themselves.
    ...(process.getuid?.() === 0 && { uid: USER, gid: USER })
  })
  endWithTest(child)
  t.teardown(() => child.kill('SIGKILL'))
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const isReady = async () => (await get(`http://127.0.0.1:${ops}/ready`)).status === 200
  await eventually(isReady, { timeoutMs: 20_000 })
  return { child, exited, control: `http://127.0.0.1:${control}` }
}

t.test('the built folder alone is a sidecar that reads no other file and writes none', async (t) => {
  const { child, exited, control } = await start(t, copyDist(t))
  t.equal((await get(`${control}/openapi.json`)).status, 200)
  const { body } = await get(`${control}/docs`)
  const links = [...body.toString().matchAll(/(?:href|src)="([^"]+)"/g)].map(([, link = '']) => link)
  t.ok(links.length > 0)
  for (const link of links) t.equal((await get(control + link)).status, 200, link)
  child.kill('SIGTERM')
  t.equal(await exited, 0)
})

t.test('it has no file that nobody asks for', async (t) => {
  const { control } = await start(t, copyDist(t))
  const { body } = await get(`${control}/docs`)
  const pages = readdirSync(join(DIST, 'swagger-ui/static'))
  // The package itself reads it, in case there is no picture of one's own.
  for (const page of pages) if (page !== 'logo.svg') t.match(body.toString(), `/docs/static/${page}"`)
  const names = readdirSync(DIST).filter((name) => !/\.js(\.map)?$/.test(name))
  t.same(names.sort(), ['package.json', 'spms.yaml', 'swagger-ui'])
})

t.test('what few users need is a chunk of its own, which a start does not read', async (t) => {
  const folder = copyDist(t, /\/swagger(-ui)?-[A-Z0-9]{8}\.js$/)
  const { child, exited, control } = await start(t, folder)
  t.equal((await get(`${control}/openapi.json`)).status, 500, 'the one that reads it')
  child.kill('SIGTERM')
  t.equal(await exited, 0)
})
