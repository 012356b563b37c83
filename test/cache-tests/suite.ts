import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Ajv } from 'ajv'
import { endWithTest, nodeCommand } from '../support/children.js'
import { eventually } from '../support/eventually.js'
import { freePort } from '../support/free-port.js'
import { get } from '../support/http.js'

const run = promisify(execFile)

const ADDRESS = 'https://github.com/http-tests/cache-tests.git'
/** The one whose results are in the README. */
const COMMIT = 'b55b8bd'
const TOOLS = join(import.meta.dirname, '../../.tools/cache-tests')
const SERVER = 'test-engine/server/server.mjs'
/** Beside the suite: the only package that its client needs. */
const UNDICI = 'undici@7'

/** The folder of the suite: a copy of the checkout, or a clone. Git ignores it. */
export const prepareSuite = async (checkout: string | undefined): Promise<string> => {
  const folder = join(TOOLS, 'suite')
  await mkdir(TOOLS, { recursive: true })
  if (checkout !== undefined) {
    if (!existsSync(join(checkout, SERVER))) throw new Error(`${checkout} is no checkout of ${ADDRESS}.`)
    await rm(folder, { recursive: true, force: true })
    await cp(checkout, folder, { recursive: true })
  } else if (!existsSync(folder)) {
    await run('git', ['clone', '--quiet', ADDRESS, folder])
    await run('git', ['-C', folder, 'checkout', '--quiet', COMMIT])
  }
  if (!existsSync(join(TOOLS, 'node_modules/undici'))) {
    await run('npm', ['install', '--prefix', TOOLS, '--no-save', '--no-audit', '--no-fund', UNDICI])
  }
  return folder
}

export interface SuiteServer {
  readonly url: string
  readonly stop: () => void
}

/** The origin that the suite brings along. */
export const startSuiteServer = async (suite: string, folder: string): Promise<SuiteServer> => {
  const port = await freePort()
  const [program, args] = nodeCommand([join(suite, SERVER)], {
    npm_config_protocol: 'http',
    npm_config_port: `${port}`,
    npm_config_pidfile: join(folder, 'pid')
  })
  const server = spawn(program, args, { stdio: 'ignore', cwd: suite })
  endWithTest(server)
  const url = `http://127.0.0.1:${port}`
  await eventually(async () => (await get(`${url}/index.html`)).status === 200)
  return { url, stop: () => server.kill() }
}

/** `true`, or the kind of failure and its words, by the name of the test. */
export type Results = Readonly<Record<string, true | readonly [kind: string, message: string]>>

/** Runs all tests of the suite through the proxy at this address: about three minutes. */
export const runSuite = async (suite: string, proxy: string): Promise<Results> => {
  const [program, args] = nodeCommand(['--no-warnings', join(suite, 'test-engine/cli.mjs')], {
    npm_config_base: proxy,
    npm_package_config_id: ''
  })
  const client = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], cwd: suite })
  endWithTest(client)
  const chunks: Buffer[] = []
  client.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(client, 'close')
  const printed: unknown = JSON.parse(Buffer.concat(chunks).toString())
  if (!isResults(printed)) throw new Error('the client of the suite has printed something else than results')
  return printed
}

const isResults = new Ajv().compile<Results>({
  type: 'object',
  additionalProperties: {
    anyOf: [{ const: true }, { type: 'array', items: { type: 'string' }, minItems: 2, maxItems: 2 }]
  }
})
