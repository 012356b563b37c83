import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createOrigin } from '../demo/origin/origin.js'
import { eventually } from './support/eventually.js'
import { freePort } from './support/free-port.js'
import { get, http } from './support/http.js'
import { runSidecar, startSidecar } from './support/sidecar-process.js'

const LOOPBACK = { PROXY_HOST: '127.0.0.1', OPS_HOST: '127.0.0.1', CACHE_STORE: 'memory' }

const JSON_BODY = { 'content-type': 'application/json' }

const startOrigin = async (t: Test, latencyMs = 0) => {
  const origin = createOrigin({ latency: { minMs: latencyMs, maxMs: latencyMs } })
  t.teardown(() => origin.close())
  return { origin, ORIGIN_URL: await origin.listen() }
}

const folderFor = async (t: Test): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'spms-main-'))
  t.teardown(() => rm(folder, { recursive: true }))
  return folder
}

t.test('it is ready soon after its start', async (t) => {
  const times: number[] = []
  for (let n = 0; n < 3; n++) {
    const { ORIGIN_URL } = await startOrigin(t)
    const sidecar = await startSidecar({ ...LOOPBACK, ORIGIN_URL })
    times.push(Math.round(sidecar.readyAfterMs))
    await sidecar.stop()
  }
  t.comment(`from start to /ready: ${times.join(', ')} ms`)
  t.ok(Math.min(...times) < 1500, 'other tests run beside this one: the benchmark measures it')
})

t.test('it is ready without Redis, and forwards', async (t) => {
  const { ORIGIN_URL } = await startOrigin(t)
  const REDIS_URL = `redis://127.0.0.1:${await freePort()}/1`
  const sidecar = await startSidecar({ ...LOOPBACK, CACHE_STORE: 'redis', REDIS_URL, ORIGIN_URL })
  const answer = await get(`${sidecar.proxy}/api/v1/users/staffprofiles/3001`)
  t.equal(answer.status, 200)
  t.equal(answer.headers['cache-status'], 'spms; fwd=uri-miss; detail=store-unavailable')
  t.same(await sidecar.stop(), { code: 0, signal: null })
})

t.test('a write of the table that misses what it names is one warning at the start', async (t) => {
  const { ORIGIN_URL } = await startOrigin(t)
  const RESOURCES_FILE = join(await folderFor(t), 'table.yaml')
  const table = `
identity: {}
families: { pets: [/pets] }
resources: [{ name: pet, path: '/pets/{id}', key: 'pet:{id}', scope: public, families: [pets] }]
writes: [{ methods: [PUT], path: '/pets/{id}', tags: ['pet:{id}'] }]
`
  await writeFile(RESOURCES_FILE, table)
  const sidecar = await startSidecar({ ...LOOPBACK, ORIGIN_URL, RESOURCES_FILE })
  await sidecar.stop()
  const warnings = sidecar.logs.filter(({ msg }) => msg.includes('will not invalidate'))
  t.match(warnings, [{ level: 'warn', warning: /^writes\[0\] .*"pet:\{id\}" is the key of resources\[0\]/ }])
  t.equal(warnings.length, 1)
})

t.test('a bad configuration is one line and exit code 1', async (t) => {
  const folder = await folderFor(t)
  const broken = join(folder, 'broken.yaml')
  await writeFile(broken, 'resources: [\n  {name: a\n')
  const cases: [Record<string, string>, RegExp][] = [
    [{ PROXY_PORT: 'http' }, /^PROXY_PORT=http: must be integer\n$/],
    [
      { CACHE_STORE: 'redis', REDIS_URL: 'redis://user:hunter2@host:99999/1' },
      /^REDIS_URL=\(hidden\): must (?![^\n]*hunter2)[^\n]*\n$/
    ],
    [{ CONTROL_TOKEN: 'short' }, /^CONTROL_TOKEN=\(hidden\): must NOT have fewer than 16 characters\n$/],
    [
      { RESOURCES_FILE: join(folder, 'none.yaml') },
      /^RESOURCES_FILE=\S+none\.yaml: cannot be read: [^\n]*\n$/
    ],
    [{ RESOURCES_FILE: broken }, /^RESOURCES_FILE=\S+broken\.yaml: [^\n]*\n$/],
    [{ MAX_TTL: '600' }, /^MAX_TTL=600: [^\n]*agency_branches[^\n]*must be <= 600[^\n]*\n$/],
    [
      { CONTROL_SOCKET: join(folder, 'no', 'folder') },
      /^CONTROL_SOCKET=\S+: must be a new name in a folder [^\n]*\n$/
    ]
  ]
  for (const [environment, line] of cases) {
    const ports = { PROXY_PORT: '0', CONTROL_PORT: '0', OPS_PORT: '0' }
    const { code, stderr } = await runSidecar({ ...LOOPBACK, LOG_LEVEL: 'silent', ...ports, ...environment })
    t.equal(code, 1)
    t.match(stderr, line)
  }
})

t.test('a port that is taken is one line and exit code 1', async (t) => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  t.teardown(() => taken.close())
  const port = `${(taken.address() as AddressInfo).port}`
  for (const name of ['PROXY', 'CONTROL', 'OPS']) {
    const ports = { PROXY_PORT: '0', CONTROL_PORT: '0', OPS_PORT: '0', [`${name}_PORT`]: port }
    const { code, stderr } = await runSidecar({ ...LOOPBACK, ...ports })
    t.equal(code, 1)
    t.match(
      stderr,
      new RegExp(
        `^${name}_PORT=${port}: must be free on ${name}_HOST=127\\.0\\.0\\.1 \\([^\\n]*EADDRINUSE[^\\n]*\\)\\n$`
      )
    )
  }
})

t.test('a socket left behind is replaced; another file is not', async (t) => {
  const folder = await folderFor(t)
  const CONTROL_SOCKET = join(folder, 'control.sock')
  const { ORIGIN_URL } = await startOrigin(t)
  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    const sidecar = await startSidecar({ ...LOOPBACK, ORIGIN_URL, CONTROL_SOCKET })
    const socket = connect(CONTROL_SOCKET)
    socket.end('GET /v1/stats HTTP/1.0\r\n\r\n')
    const [first] = (await once(socket, 'data')) as [Buffer]
    t.match(first.toString(), /^HTTP\/1\.1 200 OK/)
    await sidecar.stop(signal)
  }
  const file = join(folder, 'precious')
  await writeFile(file, 'kept')
  const ports = { PROXY_PORT: '0', CONTROL_PORT: '0', OPS_PORT: '0' }
  const { code, stderr } = await runSidecar({ ...LOOPBACK, ...ports, CONTROL_SOCKET: file })
  t.equal(code, 1)
  t.match(stderr, /^CONTROL_SOCKET=\S+precious: /)
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  void t.test(`${signal}: readiness fails first, requests in flight finish, exit code 0`, async (t) => {
    const { origin, ORIGIN_URL } = await startOrigin(t, 1500)
    const sidecar = await startSidecar({ ...LOOPBACK, ORIGIN_URL, SHUTDOWN_DELAY_MS: '1000' })
    const path = '/api/v1/users/staffprofiles'
    const inFlight = [path, '/api/v1/projects/list', path].map((target) => get(sidecar.proxy + target))
    const writing = http(`${sidecar.proxy}/api/v1/users/log-in`, {
      method: 'POST',
      headers: JSON_BODY,
      body: '{}'
    })
    await eventually(() => origin.requests() >= 3)
    const stoppedAt = performance.now()
    const stopped = sidecar.stop(signal)
    await eventually(async () => (await get(`${sidecar.ops}/ready`)).status === 503)
    t.equal((await get(`${sidecar.ops}/live`)).status, 200)
    t.equal((await get(`${sidecar.proxy}/health/`)).status, 200, 'who does not know yet is still served')
    t.same(
      (await Promise.all(inFlight)).map(({ status }) => status),
      [200, 403, 200]
    )
    t.equal((await writing).status, 400)
    t.same(await stopped, { code: 0, signal: null })
    t.ok(performance.now() - stoppedAt < 5000, 'kept connections do not hold it')
    await t.rejects(get(`${sidecar.proxy}/health/`))
  })
}

t.test(
  'a write whose caller has left is finished before the end, and a second signal changes nothing',
  async (t) => {
    const { origin, ORIGIN_URL } = await startOrigin(t, 500)
    const sidecar = await startSidecar({ ...LOOPBACK, ORIGIN_URL, LOG_LEVEL: 'debug' })
    const admin = origin.signIn(1)
    const leaving = new AbortController()
    const path = '/api/v1/agencies/branches/1'
    const writing = http(sidecar.proxy + path, {
      method: 'DELETE',
      headers: { ...admin, 'x-sample-commit': 'end' },
      signal: leaving.signal
    })
    await eventually(() => origin.requests(path) === 1)
    leaving.abort()
    await t.rejects(writing)
    const stopped = sidecar.stop()
    process.kill(sidecar.pid, 'SIGTERM')
    t.same(await stopped, { code: 0, signal: null })
    t.equal(origin.aborted(path), 0)
    t.ok(
      sidecar.logs.some(({ msg }) => /invalidat/i.test(msg)),
      'and it has invalidated'
    )
  }
)
