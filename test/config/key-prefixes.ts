/** Addresses of Redis, and the prefix that the sidecar and the chart begin their keys with there. */
export const ADDRESSES: readonly (readonly [url: string, prefix: string])[] = [
  ['redis+cluster://one.example.org:7000,two.example.org:7001', '{spms}:'],
  ['rediss+cluster://spms.redis.cache.windows.net:6380', '{spms}:'],
  ['rediss://spms.australiaeast.redis.azure.net:10000', '{spms}:'],
  ['rediss://SPMS.AustraliaEast.Redis.Azure.Net:10000/0', '{spms}:'],
  ['rediss://spms.australiaeast.redis.azure.net', '{spms}:'],
  ['rediss://user:p%40ss@spms.redis.cache.windows.net:6380/0', '{spms}:'],
  ['rediss://spms.australiaeast.redisenterprise.cache.azure.net:10000', '{spms}:'],
  ['redis://127.0.0.1:6379/1', 'spms:'],
  ['rediss://redis.azure.net:10000', 'spms:'],
  ['rediss://cache.example.org:6380/0', 'spms:'],
  ['rediss://spms.redis.azure.net.example.org:10000', 'spms:'],
  ['redis://spms.redis.azure.net:secret@cache.example.org:6379', 'spms:'],
  ['redis://spms.redis.azure.net:123@cache.example.org:6379', 'spms:'],
  ['rediss+sentinel://one.redis.azure.net:26379/0?master=spms', 'spms:']
]
