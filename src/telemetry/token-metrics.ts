import { Counter, Gauge, type Registry } from 'prom-client'
import type { Observer } from '../cache/observer.js'

/** Of the token that the store is logged in to with. Without one there are no series, only their names. */
export const createTokenMetrics = (
  registry: Registry,
  prefix: string
): Pick<Observer, 'tokenRenewed' | 'tokenNotRenewed'> => {
  const registers = [registry]
  let expiresAt: number | undefined
  new Gauge({
    name: `${prefix}redis_token_expires_timestamp_seconds`,
    help: 'When the token expires that Redis was last given; with REDIS_AUTH=entra only.',
    registers,
    collect() {
      if (expiresAt === undefined) this.remove()
      else this.set(expiresAt / 1000)
    }
  })
  const renewals = new Counter({
    name: `${prefix}redis_token_renewals_total`,
    help: 'Attempts to renew the token for Redis, the first one among them.',
    labelNames: ['outcome'],
    registers
  })
  return {
    tokenRenewed: (event) => {
      expiresAt = event.expiresAt
      renewals.inc({ outcome: 'done' })
    },
    tokenNotRenewed: () => renewals.inc({ outcome: 'failed' })
  }
}
