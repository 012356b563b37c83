import { parseArgs } from 'node:util'
import { createOrigin } from './origin.js'

/** Runs the sample origin as a process of its own. SIGTERM and SIGINT end it with exit code 0. */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8000' },
    host: { type: 'string', default: '127.0.0.1' },
    'min-ms': { type: 'string', default: '10' },
    'max-ms': { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    users: { type: 'string', default: '60' },
    projects: { type: 'string', default: '120' },
    'keep-alive': { type: 'boolean', default: false },
    'no-csrf': { type: 'boolean', default: false },
    'allowed-hosts': { type: 'string' }
  }
})

const hosts = values['allowed-hosts']?.split(',')
const origin = createOrigin({
  latency: { minMs: Number(values['min-ms']), maxMs: Number(values['max-ms']) },
  seed: Number(values.seed),
  users: Number(values.users),
  projects: Number(values.projects),
  isKeptAlive: values['keep-alive'],
  isCsrfChecked: !values['no-csrf'],
  ...(hosts === undefined ? {} : { allowedHosts: hosts })
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void origin.close().then(() => process.exit(0)))
}

try {
  console.log(`The sample origin listens on ${await origin.listen(Number(values.port), values.host)}`)
} catch (error) {
  console.error(`The sample origin did not start: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
}
