import t from 'tap'
import { readConfig } from '../../src/config/config.js'
import { peersOf, printAddress } from '../../src/sidecar/peers.js'
import { parseRedisAddress } from '../../src/stores/redis/connection/address.js'

t.test('an address is printed from its parts, without user and password', async (t) => {
  for (const [url, printed] of [
    ['redis://user:secret@host', 'redis://host:6379/0'],
    ['rediss://:s%40cret@[::1]:6380/2', 'rediss://[::1]:6380/2'],
    ['redis+cluster://:secret@h1:7000,h2', 'redis+cluster://h1:7000,h2:6379'],
    ['rediss+sentinel://u:secret@h1,h2:1/1?master=my%20m', 'rediss+sentinel://h1:26379,h2:1/1?master=my%20m']
  ] as const) {
    t.equal(printAddress(parseRedisAddress(url)), printed)
  }
  t.equal(printAddress(new URL('https://user:secret@host:444/')), 'https://host:444')
})

t.test('the peers are the store and the origin', async (t) => {
  t.strictSame(peersOf(readConfig({ REDIS_URL: 'redis://:secret@h:1/3' })), {
    store: 'redis://h:1/3',
    origin: 'http://127.0.0.1:8000'
  })
  t.match(peersOf(readConfig({ CACHE_STORE: 'memory' })), { store: 'memory' })
})
