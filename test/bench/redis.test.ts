import t from 'tap'
import { commandsIn, commandsOf, startBenchRedis } from '../../bench/redis.js'
import { needsOwnRedis } from '../support/redis-server.js'

t.test('commands that only look or connect do not count', async (t) => {
  const info = [
    '# Commandstats',
    'cmdstat_mget:calls=12,usec=30,usec_per_call=2.5,rejected_calls=0,failed_calls=0',
    'cmdstat_info:calls=3,usec=30,usec_per_call=2.5,rejected_calls=0,failed_calls=0',
    'cmdstat_client|setinfo:calls=3,usec=30,usec_per_call=2.5,rejected_calls=0,failed_calls=0',
    'cmdstat_select:calls=1,usec=30,usec_per_call=2.5,rejected_calls=0,failed_calls=0'
  ]
  t.strictSame([...commandsIn(info.join('\r\n'))], [['mget', 12]])
})

t.test('a server tells what it was asked', { skip: needsOwnRedis }, async (t) => {
  const server = await startBenchRedis()
  t.teardown(() => server.stop())
  const redis = server.client()
  await redis.set('a', '1')
  await redis.get('a')
  await redis.get('a')
  const commands = await commandsOf(redis)
  t.equal(commands.get('get'), 2)
  t.equal(commands.get('set'), 1)
})
