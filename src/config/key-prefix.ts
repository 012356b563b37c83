/**
 * Addresses of servers that shard by slot, or may: Redis Cluster, and Azure's, whose clustering is chosen when the database is
 * made. `helm/templates/_helpers.tpl` has the same expression.
 */
const SHARDED =
  /^rediss?\+cluster:|^rediss?:\/\/(?:[^@/]*@)?[^@/:?]+\.(?:redis\.azure\.net|redis\.cache\.windows\.net|redisenterprise\.cache\.azure\.net)(?::\d+)?(?:[/?]|$)/i

/** `KEY_PREFIX` where it is not set: with braces, all keys are in one slot, as every script needs. */
export const defaultKeyPrefix = (redisUrl: string): string => (SHARDED.test(redisUrl) ? '{spms}:' : 'spms:')
