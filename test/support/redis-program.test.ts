import t from 'tap'
import { needsOwnRedis, startRedis } from './redis-server.js'

t.test('TEST_REDIS=<name>-<version> chooses the server', { skip: needsOwnRedis }, async (t) => {
  const [name = '', version] =
    /^(redis|valkey)-([\d.]+)$/.exec(process.env['TEST_REDIS'] ?? '')?.slice(1) ?? []
  const server = await startRedis()
  t.teardown(() => server.stop())
  const info = String(await server.cli('info', 'server'))
  if (version === undefined) t.match(info, /redis_version:/, 'the one on the PATH without it')
  else t.match(info, new RegExp(`\\n${name}_version:${version.replaceAll('.', '\\.')}\\.`))
})
