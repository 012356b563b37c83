import { spawn } from 'node:child_process'
import t from 'tap'
import type { Test } from 'tap'
import { createOrigin } from '../../demo/origin/origin.js'
import { exitOf } from '../support/children.js'
import { startRedis } from '../support/redis-server.js'
import { startSidecar } from '../support/sidecar-process.js'
import { at, list, needsHelm, render, text } from './support/chart.js'

const skip = needsHelm

/** The container of the test pod, and its environment as Kubernetes would make it. */
const testContainer = (file: string) => {
  const container = at(render({ files: [file] }).manifest('Pod'), 'spec/containers/test')
  const variables = list(container, 'env').filter((variable) => at(variable, 'value') !== undefined)
  return {
    command: [...list(container, 'command'), ...list(container, 'args')].map(String),
    environment: Object.fromEntries(
      variables.map((variable) => [text(variable, 'name'), text(variable, 'value')])
    )
  }
}

/** A backend, a sidecar of the release in front of it, and the sidecar of the test pod in front of that one. */
const startRelease = async (
  t: Test,
  { isOwnRedis = false, ...settings }: { isOwnRedis?: boolean; CACHE_ENABLED?: string } = {}
) => {
  const origin = createOrigin({ latency: { minMs: 0, maxMs: 0 } })
  const backend = await origin.listen()
  const redis = await startRedis()
  const other = isOwnRedis ? await startRedis() : redis
  const release = await startSidecar({ ORIGIN_URL: backend, REDIS_URL: redis.url, ...settings })
  const own = await startSidecar({
    ORIGIN_URL: release.proxy,
    REDIS_URL: other.url,
    CONTROL_TOKEN: 'a-token-of-sixteen-or-more'
  })
  t.teardown(async () => {
    await Promise.all([own.stop(), release.stop()])
    await Promise.all([redis.stop(), other.stop(), origin.close()])
  })
  return { service: release.proxy, control: own.control, own: own.proxy }
}

const run = async (
  file: string,
  addresses: { readonly SERVICE: string; readonly INVALIDATED: string; readonly CONTROL: string }
) => {
  const { command, environment } = testContainer(file)
  const [program = '', ...args] = command
  const child = spawn(program === 'node' ? process.execPath : program, args, {
    env: { ...environment, CONTROL_TOKEN: 'a-token-of-sixteen-or-more', ...addresses },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  }
  const closed = new Promise((resolve) => child.once('close', resolve))
  const { code } = await exitOf(child)
  await closed
  return { code, said }
}

t.test('mode pod: the invalidation is checked in the test pod', { skip }, async (t) => {
  const { environment } = testContainer('pod')
  t.equal(environment['SERVICE'], 'http://spms-cache:80')
  t.equal(environment['INVALIDATED'], 'http://127.0.0.1:8080')
  const { service, control, own } = await startRelease(t, { isOwnRedis: true })
  const { code, said } = await run('pod', { SERVICE: service, INVALIDATED: own, CONTROL: control })
  t.equal(code, 0, said)
  t.match(said, /passed/)

  const lost = await run('shared', { SERVICE: service, INVALIDATED: service, CONTROL: control })
  t.equal(lost.code, 1, 'one that does not reach the release would fail the test')
  t.match(lost.said, /Not so in 5 attempts: a read after an invalidation is a miss/)
})

t.test('a Redis for all: what the test pod invalidates is gone from the release', { skip }, async (t) => {
  const { environment } = testContainer('everything')
  t.equal(environment['INVALIDATED'], 'http://spms-cache:8000')
  t.equal(environment['INVALIDATED'], environment['SERVICE'])
  t.equal(environment['CONTROL'], 'http://127.0.0.1:8091')
  const { service, control } = await startRelease(t)
  const { code, said } = await run('shared', { SERVICE: service, INVALIDATED: service, CONTROL: control })
  t.equal(code, 0, said)
  t.match(said, /spms; hit/)
  t.match(said, /spms; fwd=uri-miss; stored/)
})

t.test('it fails when there are no hits', { skip }, async (t) => {
  const { service, control } = await startRelease(t, { CACHE_ENABLED: 'false' })
  const { code, said } = await run('shared', { SERVICE: service, INVALIDATED: service, CONTROL: control })
  t.equal(code, 1)
  t.match(said, /Not so in 5 attempts: a second read is a hit/)
})

t.test('the sidecar of the test pod has the Service as its origin and stops at once', { skip }, async (t) => {
  const pod = render({ files: ['everything'] }).manifest('Pod')
  t.equal(at(pod, 'spec/initContainers/cache/env/ORIGIN_URL/value'), 'http://spms-cache:8000')
  t.equal(at(pod, 'spec/initContainers/cache/env/SHUTDOWN_DELAY_MS/value'), '0')
  t.match(at(pod, 'metadata/annotations'), { 'helm.sh/hook': 'test' })
  t.equal(at(pod, 'spec/restartPolicy'), 'Never')
  const { names } = render({ files: ['cache-off'] })
  t.notOk(names.some((name) => name.startsWith('Pod/')))
})
