import { readFileSync } from 'node:fs'
import t from 'tap'
import { get } from '../support/http.js'
import { startSidecar } from '../support/sidecar-process.js'

t.test('a built sidecar says its version, revision and Node: as a metric and once in its log', async (t) => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  const sidecar = await startSidecar({ CACHE_STORE: 'memory', OPS_HOST: '127.0.0.1' })
  const { body } = await get(`${sidecar.ops}/metrics`)
  const build = { version, revision: 'unknown', node: process.versions.node }
  const labels = Object.entries(build).map(([name, value]) => `${name}="${value}"`)
  t.ok(
    body
      .toString()
      .split('\n')
      .includes(`spms_cache_build_info{${labels.join(',')}} 1`)
  )
  await sidecar.stop()
  t.match(
    sidecar.logs.filter(({ msg }) => msg === 'Listening'),
    [build]
  )
})
