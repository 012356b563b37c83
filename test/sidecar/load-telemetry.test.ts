import { cpSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { get } from '../support/http.js'
import { runSidecar, startSidecar } from '../support/sidecar-process.js'
import { loadTelemetry } from '../../src/sidecar/load-telemetry.js'
import { readConfig } from '../../src/config/config.js'

const DIST = new URL('../../dist', import.meta.url).pathname
const ON = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }

t.test('what is off is not loaded: the sidecar runs without the file that holds it', async (t) => {
  const folder = join(t.testdir({}), 'dist')
  cpSync(DIST, folder, { recursive: true })
  for (const name of readdirSync(folder)) if (name.startsWith('telemetry-')) rmSync(join(folder, name))
  const main = join(folder, 'main.js')
  const environment = { CACHE_STORE: 'memory' }
  const sidecar = await startSidecar(environment, [main])
  t.equal((await get(`${sidecar.proxy}/other`)).status, 502, 'it answers: there is no origin')
  t.match(await sidecar.stop(), { code: 0 })
  t.strictSame(
    sidecar.logs.flatMap((line) => Object.keys(line)).filter((name) => name.startsWith('trace_')),
    []
  )
  await t.rejects(
    startSidecar({ ...environment, ...ON }, [main]),
    /telemetry-/,
    'and needs the file when it is on'
  )
})

t.test('a line of the log about a request names its trace', async (t) => {
  const sidecar = await startSidecar({ CACHE_STORE: 'memory', LOG_LEVEL: 'debug', ...ON })
  const traceId = 'c'.repeat(32)
  const headers = { traceparent: `00-${traceId}-${'d'.repeat(16)}-01` }
  await get(`${sidecar.proxy}/other`, { headers })
  await sidecar.stop()
  const line = sidecar.logs.find(({ msg }) => msg === 'The origin gave no answer')
  t.match(line, { trace_id: traceId, span_id: /^[0-9a-f]{16}$/, trace_flags: '01' })
  const ofNobody = sidecar.logs.filter(({ msg }) =>
    /^(Listening|The collector takes no telemetry)$/.test(msg)
  )
  t.equal(ofNobody.length, 2)
  t.notOk(ofNobody.some((line) => 'trace_id' in line))
})

t.test('what is wrong with it stops the start with one line', async (t) => {
  for (const [environment, said] of [
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /^OTEL_EXPORTER_OTLP_PROTOCOL=grpc: must be http\/protobuf\n$/],
    [
      { OTEL_EXPORTER_OTLP_CERTIFICATE: '/none' },
      /^OTEL_EXPORTER_OTLP_CERTIFICATE=\/none: must be a readable .*\n$/
    ]
  ] as const) {
    const { code, stderr, stdout } = await runSidecar({ ...ON, ...environment })
    t.match({ code, stderr, stdout }, { code: 1, stderr: said, stdout: '' })
  }
  await t.rejects(loadTelemetry(readConfig({ ...ON, REDIS_URL: 'redis://a:99999' })), { name: 'ConfigError' })
})
