import { isExecutable, isOnPath } from './spawn.mjs'
import { installFromSystem } from './system-packages.mjs'

/** PgBouncer, where it can be had: the tests of a pooler are left out without it. */
export const ensurePooler = () => {
  const isThere = () => isOnPath('pgbouncer') || isExecutable('/usr/sbin/pgbouncer')
  if (!isThere()) installFromSystem({ title: 'PgBouncer', packages: { '': ['pgbouncer'] }, isThere })
}
