/**
 * What a server tells of itself by INFO. Any of it may be absent: Redis Enterprise replies with fields of its own, and a
 * user may not be allowed to ask.
 */
export interface Capabilities {
  /** `master`, or what it is instead. */
  readonly role: string | undefined
  /** Changes when the server restarts, and when it was a replica meanwhile: it may lack what it has acknowledged. */
  readonly identity: string | undefined
  /** What it does when it is full. */
  readonly policy: string | undefined
  readonly evicted: string | undefined
  /** Carried out so far. CONFIG RESETSTAT forgets evictions, but afterwards there are fewer of these than were seen. */
  readonly commands: string | undefined
}

export const NO_CAPABILITIES: Capabilities = {
  role: undefined,
  identity: undefined,
  policy: undefined,
  evicted: undefined,
  commands: undefined
}

const fieldOf = (name: string) => {
  const pattern = new RegExp(`^${name}:(\\S+)`, 'm')
  return (info: string): string | undefined => pattern.exec(info)?.[1]
}
const runIdOf = fieldOf('run_id')
const replicationIdOf = fieldOf('master_replid')
const roleOf = fieldOf('role')
/** Of the section `memory`. */
export const policyOf = fieldOf('maxmemory_policy')
/** Of the section `stats`. */
export const evictedOf = fieldOf('evicted_keys')
export const commandsOf = fieldOf('total_commands_processed')

/** `info`: all sections. */
export const capabilitiesOf = (info: string): Capabilities => {
  const runId = runIdOf(info)
  const replicationId = replicationIdOf(info)
  return {
    role: roleOf(info),
    identity: runId === undefined || replicationId === undefined ? undefined : `${runId},${replicationId}`,
    policy: policyOf(info),
    evicted: evictedOf(info),
    commands: commandsOf(info)
  }
}

/** Whether evictions of what never expires would be noticed, or cannot be. */
export const showsEvictions = ({ policy, evicted }: Capabilities): boolean =>
  policy !== undefined && evicted !== undefined

/**
 * As it stands under the key `server`: identity, policy, evictions and commands, `-` or 0 for what is absent. Releases before
 * this one read the same four words.
 */
export const asWords = ({ identity = '-', policy = '-', evicted = '-', commands = '0' }: Capabilities) =>
  `${identity} ${policy} ${evicted} ${commands}`

/** Whether any key may be evicted, those too that never expire, by the policy of these words or that of now. */
export const mayEvictAnything = (words: string, now: Capabilities): boolean => {
  const [, policy = 'allkeys'] = words.split(' ')
  return showsEvictions(now) && `${policy} ${now.policy}`.includes('allkeys')
}

/** Whether keys were evicted since the server was described by these words, or may have been. */
export const haveEvictionsMoved = (words: string, now: Capabilities): boolean => {
  const [, , evicted, commands] = words.split(' ')
  return evicted !== now.evicted || Number(now.commands ?? 0) < Number(commands)
}
