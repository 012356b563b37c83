import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Agent } from 'undici'
import { createClient } from './client.js'
import { invitation } from './invitation.js'
import { freePort, startProcess, type StartedProcess } from './processes.js'
import { createReport } from './report.js'
import { walk } from './steps.js'

/**
 * Starts the sample origin and the sidecar, walks through what the cache does, and stays up. `--once` ends
 * after the walk: exit code 0 only if every step did what it should. Arguments are another program for Node, and its
 * own arguments, that stands for the built sidecar, such as one that runs a container.
 */
const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    options: { once: { type: 'boolean', default: false } },
    allowPositionals: true
  })
  const isColoured = process.stdout.isTTY && !process.env['NO_COLOR']
  const report = createReport((line) => console.log(line), isColoured)
  if (!existsSync(SIDECAR)) throw new Error('dist/main.js is missing: run `npm run build` first.')

  report.title('spms-cache-sidecar: a walk through the cache, with a sample of the SPMS API behind it')
  const addresses = await start(positionals.length > 0 ? positionals : [SIDECAR])
  const agent = new Agent()
  const doors = {
    proxy: createClient(addresses.proxy, agent),
    control: createClient(addresses.control, agent),
    origin: createClient(addresses.origin, agent)
  }
  // The cost of the first connection and of cold code belongs to no step.
  await doors.proxy('GET', '/health/')
  const { isAsExpected, signIn, project } = await walk(doors, report)
  await agent.close()

  report.title(
    isAsExpected ? 'Every step did what it should.' : 'Some steps did not do what they should (✗).'
  )
  if (values.once) return end(isAsExpected ? 0 : 1)
  hasWalked = true
  report.plain(invitation({ addresses, signIn, project }))
}

const SIDECAR = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const ORIGIN = fileURLToPath(new URL('./origin/main.ts', import.meta.url))

const started: StartedProcess[] = []

/** Ends both processes, then this one; the first exit code counts. */
const end = (code: number): Promise<void> =>
  (ending ??= Promise.all(started.map((each) => each.stop())).then(() => process.exit(code)))
let ending: Promise<void> | undefined
let hasWalked = false

const start = async (sidecarProgram: readonly string[]) => {
  const [origin, proxy, control, ops] = [
    await freePort(8000),
    await freePort(8080),
    await freePort(8081),
    await freePort(9090)
  ]
  const base = (port: number): string => `http://127.0.0.1:${port}`
  const addresses = { origin: base(origin), proxy: base(proxy), control: base(control), ops: base(ops) }
  const sample = {
    name: 'The sample origin',
    args: ['--import', 'tsx', ORIGIN, '--port', String(origin)],
    env: {},
    readyUrl: `${addresses.origin}/health/`
  }
  const sidecar = {
    name: 'The sidecar',
    args: sidecarProgram,
    env: {
      CACHE_STORE: 'memory',
      ORIGIN_URL: addresses.origin,
      PROXY_HOST: '127.0.0.1',
      PROXY_PORT: String(proxy),
      CONTROL_PORT: String(control),
      OPS_HOST: '127.0.0.1',
      OPS_PORT: String(ops),
      LOG_LEVEL: 'warn'
    },
    readyUrl: `${addresses.ops}/ready`
  }
  for (const each of [sample, sidecar]) started.push(startProcess(each))
  await Promise.all(started.map(({ ready }) => ready))
  return addresses
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => void end(hasWalked ? 0 : 130))
}

main().catch((error: unknown) => {
  if (ending === undefined) console.error(error instanceof Error ? error.message : String(error))
  return end(1)
})
